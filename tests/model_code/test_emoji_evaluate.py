"""The recommended emojis beside those of the tweets: figures, page, gate, and what is refused."""

import io
import json
import subprocess
import tarfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model_scripts import load, run
from sklearn import metrics

figures = load("emoji/evaluate/emoji_figures")
answers = load("emoji/evaluate/emoji_answers")
report = load("emoji/evaluate/emoji_report")
linear = load("shared/tweets/emoji_linear")
EMOJIS = load("shared/tweets/tweet_text").EMOJIS

FIVE_SHARES = [0.4, 0.2, 0.1, 0.05, 0.05]
NGRAMS = ["angry", "birthday", "fire"]


def answer(first: int, share: float = 0.4, recommended: bool = True) -> dict[str, Any]:
    """An answer whose best emojis are `first` and the four behind it."""
    shares = [share, *FIVE_SHARES[1:]]
    emojis = [{"emoji": EMOJIS[(first + n) % 10], "share": one} for n, one in enumerate(shares)]
    return {"emojis": emojis, "recommended": recommended, "truncated": False}


def archive(folder: Path) -> Path:
    """A linear model that knows three words: `angry` is 8, `birthday` 1, `fire` 2; anything else is 0."""
    coefficients = np.zeros((3, 10))
    coefficients[range(3), (8, 1, 2)] = 5.0
    vocabularies = [
        linear.Vocabulary("words", (1, 1), NGRAMS, 0),
        linear.Vocabulary("characters", (2, 2), [], 3),
    ]
    linear.Linear(vocabularies, [1.0] * 3, coefficients.ravel().tolist(), [0.1, *[0.0] * 9]).save(
        folder / "unpacked/linear"
    )
    with tarfile.open(folder / "model.tar.gz", "w:gz") as tar:
        tar.add(folder / "unpacked", arcname=".")
    return folder / "model.tar.gz"


TWEETS = ["a fire", "so angry", "happy birthday", "<b>what</b>"]
LABELS = [2, 8, 1, 9]
# The first is right, the second's label is among the five, the others' is not.
ANSWERS = [answer(2, 0.9), answer(7), answer(3), answer(0, 0.8, recommended=False)]


def lay_out(folder: Path) -> dict[str, Path]:
    """The job's folders with the four tweets in two files."""
    folders = {name: folder / name for name in ("labels", "tweets", "scores", "linear")}
    for path in folders.values():
        path.mkdir()
    for part, rows in (("part-algo-1-a.jsonl", slice(0, 3)), ("part-algo-2-b.jsonl", slice(3, 4))):
        lines(folders["labels"] / part, [{"label": label} for label in LABELS[rows]])
        lines(folders["tweets"] / part, [{"tweet": tweet} for tweet in TWEETS[rows]])
        lines(folders["scores"] / f"{part}.out", ANSWERS[rows])
    (folder / "made").mkdir()
    archive(folder / "made").rename(folders["linear"] / "model.tar.gz")
    return folders


def lines(path: Path, documents: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in documents), "utf-8")


def evaluated(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    places = [
        part for name in ("labels", "tweets", "scores", "linear") for part in (f"--{name}", folder / name)
    ]
    return run("emoji/evaluate", *places, "--output", folder / "out", *options)


def test_the_evaluation_has_the_figures_and_the_linear_model_beside(tmp_path: Path) -> None:
    lay_out(tmp_path)

    done = evaluated(tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    evaluation = json.loads((tmp_path / "out/evaluation.json").read_text())
    assert {name: evaluation[name] for name in ("rows", "top1", "top5", "truncated")} == {
        **{"rows": 4, "top1": 0.25, "top5": 0.5, "truncated": 0}
    }
    assert (evaluation["baseline_top1"], evaluation["baseline_top5"]) == (0.75, 0.75)
    assert evaluation["recommended"] == {"rows": 3, "top1": pytest.approx(1 / 3)}
    assert "4 tweets: top-1 0.250, top-5 0.500; the linear model 0.750" in done.stdout


@pytest.mark.parametrize(
    ("options", "shortfall"),
    [([], 0.5), (["--minimum-top1", "0.1"], 0.5), (["--minimum-top1", "0.95"], 0.7)],
)
def test_a_model_falls_short_of_the_minimum_and_of_the_linear_model(
    tmp_path: Path, options: list[str], shortfall: float
) -> None:
    lay_out(tmp_path)

    evaluated(tmp_path, *options)

    assert json.loads((tmp_path / "out/evaluation.json").read_text())["top1_shortfall"] == shortfall


class Balanced(HTMLParser):
    """Raises AssertionError where a page's elements are not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag not in ("meta", "polyline", "rect", "circle", "line"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("polyline", "rect", "circle", "line"):
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_page_shows_the_surest_wrong_answers_first_and_escapes_what_people_wrote(tmp_path: Path) -> None:
    lay_out(tmp_path)
    evaluated(tmp_path)
    html = (tmp_path / "out/evaluation.html").read_text(encoding="utf-8")

    page = Balanced()
    page.feed(html)

    assert page.open == []
    examples = [text for text in page.texts if text in TWEETS]
    assert examples == ["<b>what</b>", "happy birthday", "so angry"]
    assert "<b>what" not in html
    assert f"{EMOJIS[0]} 80% {EMOJIS[1]} 20%" in html
    hints = ("25.0% among the first 1", "50.0% among the first 5", "the linear model: 75.0%")
    assert [hint for hint in hints if hint not in page.texts] == []
    assert "1 tweets: mean share 90.0%, right 100.0%" in page.texts


def test_the_page_of_a_perfect_evaluation_has_no_hard_example() -> None:
    right = [answers.Answered("fine", 3, [3, 4, 5, 6, 7], FIVE_SHARES, True, False)] * 3

    html = report.page(figures.evaluate(right, [[3, 4, 5, 6, 7]] * 3), right)

    assert "Every tweet has the emoji that is recommended first." in html
    assert ">fine<" not in html


shares = st.lists(st.floats(0, 1), min_size=5, max_size=5).map(lambda values: sorted(values, reverse=True))
five = st.permutations(range(10)).map(lambda labels: labels[:5])
answered = st.builds(
    answers.Answered, st.just(""), st.integers(0, 9), five, shares, st.booleans(), st.booleans()
)


@settings(deadline=None)
@given(st.lists(st.tuples(answered, st.permutations(range(10))), min_size=1, max_size=30))
def test_figures_are_those_of_scikit_learn(rows: list[tuple[Any, list[int]]]) -> None:
    given_answers, baseline = [one for one, _ in rows], [ranked for _, ranked in rows]
    labels, first = [one.label for one in given_answers], [one.best[0] for one in given_answers]

    found = figures.evaluate(given_answers, baseline)

    assert found["top1"] == found["top_k"][0] == pytest.approx(metrics.accuracy_score(labels, first))
    assert found["confusion"] == metrics.confusion_matrix(labels, first, labels=range(10)).tolist()
    precision, recall, _, support = metrics.precision_recall_fscore_support(
        labels, first, labels=range(10), zero_division=0
    )
    for label, one in enumerate(found["classes"]):
        assert (one["precision"], one["recall"]) == pytest.approx((precision[label], recall[label]))
        assert one["rows"] == support[label]
        own = [label in each.best for each in given_answers if each.label == label]
        assert one["top5"] == pytest.approx(np.mean(own) if own else 0)
    scores = [[-ranked.index(label) for label in range(10)] for ranked in baseline]
    for k, value in enumerate(found["baseline_top_k"], 1):
        expected = metrics.top_k_accuracy_score(labels, np.array(scores), k=k, labels=range(10))
        assert value == pytest.approx(expected)
    assert found["top_k"] == sorted(found["top_k"])
    assert found["top_k"][-1] == found["top5"]
    bins = found["calibration"]["bins"]
    assert sum(one["rows"] for one in bins) == len(rows)
    assert sum(one["rows"] * one["right"] for one in bins) / len(rows) == pytest.approx(found["top1"])


def test_the_calibration_error_is_the_mean_distance_of_share_and_truth() -> None:
    def rows(share: float, right: int, wrong: int) -> list[Any]:
        best = [[3, 1, 2, 4, 5]] * right + [[1, 3, 2, 4, 5]] * wrong
        return [answers.Answered("", 3, one, [share, 0.0, 0.0, 0.0, 0.0], True, False) for one in best]

    ranked = list(range(10))
    even = rows(0.75, 3, 1) + rows(0.25, 1, 3)
    assert figures.evaluate(even, [ranked] * 8)["calibration"]["ece"] == pytest.approx(0)
    # 4 of 5 rows are right with a share of 1.0, and 0 of 5 with 0.5.
    uneven = rows(1.0, 4, 1) + rows(0.5, 0, 5)
    assert figures.evaluate(uneven, [ranked] * 10)["calibration"]["ece"] == pytest.approx(0.1 + 0.25)


@pytest.mark.parametrize(
    ("path", "documents", "message"),
    [
        ("scores/part-algo-1-a.jsonl.out", ANSWERS[:2], "expected 3 answers, as many as labels, got 2"),
        ("tweets/part-algo-1-a.jsonl", [{"tweet": "secret"}], "got 3 for 1 tweets"),
        ("scores/other.jsonl.out", ANSWERS, "missing [], more ['other.jsonl']"),
        ("labels/part-algo-2-b.jsonl", [{"label": 10}], 'line 1: expected {"label": 0 to 9}'),
        ("labels/part-algo-2-b.jsonl", [{"label": None}], 'line 1: expected {"label"'),
        ("tweets/part-algo-2-b.jsonl", [{"text": "secret"}], 'line 1: expected {"tweet": "..."}'),
        *(
            ("scores/part-algo-2-b.jsonl.out", [one], "part-algo-2-b.jsonl.out, line 1: expected 5 emojis")
            for one in (
                {"error": "secret"},
                {**answer(1), "emojis": answer(1)["emojis"][:4]},
                {**answer(1), "emojis": answer(1)["emojis"][:1] * 5},
                {**answer(1), "emojis": answer(1)["emojis"][::-1]},
                {**answer(1), "emojis": [{"emoji": "x", "share": 1}] * 5},
                {**answer(1), "recommended": "yes"},
                answer(1, share=1.5),
                answer(1, share=float("nan")),
            )
        ),
    ],
)
def test_files_that_do_not_fit_each_other_are_refused_and_nothing_is_written(
    tmp_path: Path, path: str, documents: list[dict[str, Any]], message: str
) -> None:
    lay_out(tmp_path)
    lines(tmp_path / path, documents)

    done = evaluated(tmp_path)

    assert (done.returncode, done.stdout) == (1, "")
    assert message in done.stderr
    assert "secret" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_line_that_is_not_json_is_refused_by_its_place(tmp_path: Path) -> None:
    lay_out(tmp_path)
    (tmp_path / "scores/part-algo-2-b.jsonl.out").write_text("secret\n")

    done = evaluated(tmp_path)

    assert "part-algo-2-b.jsonl.out, line 1: expected 5 emojis" in done.stderr
    assert "secret" not in done.stderr


def test_answers_that_are_missing_are_named(tmp_path: Path) -> None:
    lay_out(tmp_path)
    (tmp_path / "scores/part-algo-2-b.jsonl.out").unlink()

    assert "missing ['part-algo-2-b.jsonl'], more []" in evaluated(tmp_path).stderr


def test_files_without_a_line_are_refused(tmp_path: Path) -> None:
    lay_out(tmp_path)
    for path in [*tmp_path.glob("*/*.jsonl"), *tmp_path.glob("*/*.out")]:
        path.write_text("")

    done = evaluated(tmp_path)

    assert (done.returncode, "there is no label; expected one or more" in done.stderr) == (1, True)


def without_linear(path: Path) -> None:
    with tarfile.open(path, "w:gz") as tar:
        tar.addfile(tarfile.TarInfo("other.txt"), io.BytesIO())


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda path: path.unlink(), "expected one file, found none"),
        (lambda path: path.write_bytes(b"no archive"), "model.tar.gz"),
        (without_linear, "linear.json"),
    ],
)
def test_a_linear_model_that_cannot_be_read_is_refused(tmp_path: Path, spoil: Any, message: str) -> None:
    spoil(lay_out(tmp_path)["linear"] / "model.tar.gz")

    done = evaluated(tmp_path)

    assert (done.returncode, message in done.stderr) == (1, True)
    assert "Traceback" not in done.stderr
