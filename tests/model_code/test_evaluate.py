import json
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from model_scripts import load, run

evaluate = load("churn/evaluate/__main__")


def line(churn: bool, score: float) -> str:
    return json.dumps({"churn": churn, "score": score}) + "\n"


@pytest.fixture
def folders(tmp_path: Path) -> list[str]:
    """The command line, with folders that are there."""
    for name in ("labels", "scores"):
        (tmp_path / name).mkdir()
    names = ("labels", "scores", "output")
    return [argument for name in names for argument in (f"--{name}", str(tmp_path / name))]


def put(folder: Path, labels: str, answers: str) -> None:
    (folder / "labels/labels.csv").write_text(labels)
    (folder / "scores/test.csv.out").write_text(answers)


ANSWERS = line(True, 0.9) + line(False, 0.1) + line(True, 0.8) + line(False, 0.35) + line(False, 0.2)


def test_metrics_are_of_the_class_that_leaves(tmp_path: Path, folders: list[str]) -> None:
    put(tmp_path, "1\n0\n0\n1\n0\n", ANSWERS)
    evaluate.main(folders)
    assert json.loads((tmp_path / "output/evaluation.json").read_text()) == {
        "rows": 5,
        "accuracy": 0.6,
        "precision": 0.5,
        "recall": 0.5,
        "f1": 0.5,
        "f1_interval": [0, 1],
        "auc": pytest.approx(5 / 6),
        "confusion": {"tn": 2, "fp": 1, "fn": 1, "tp": 1},
        "split": None,
    }
    names = sorted(path.name for path in (tmp_path / "output").iterdir())
    assert names == ["evaluation.html", "evaluation.json"]


@pytest.mark.parametrize(("minimum", "missing"), [("0.85", 0.35), ("0.5", 0.0), ("0.50000001", 1e-08)])
def test_what_f1_lacks_is_said_where_a_minimum_is_given(
    tmp_path: Path, folders: list[str], minimum: str, missing: float
) -> None:
    put(tmp_path, "1\n0\n0\n1\n0\n", ANSWERS)
    evaluate.main([*folders, "--minimum-f1", minimum])
    evaluation = json.loads((tmp_path / "output/evaluation.json").read_text())
    assert evaluation["f1_shortfall"] == missing


def test_the_split_of_the_labels_is_named(tmp_path: Path, folders: list[str]) -> None:
    put(tmp_path, "1\n0\n0\n1\n0\n", ANSWERS)
    (tmp_path / "labels/split.json").write_text('{"random_state": 1729, "rows": {}}')
    evaluate.main(folders)
    assert json.loads((tmp_path / "output/evaluation.json").read_text())["split"] == 1729


def test_the_command_prints_the_confusion_matrix_with_its_axes_named(
    tmp_path: Path, folders: list[str]
) -> None:
    put(tmp_path, "1\n0\n0\n1\n0\n", ANSWERS)
    result = run("churn/evaluate", *folders)
    assert result.stderr == ""
    assert result.stdout.splitlines() == [
        "5 rows: f1 0.500, accuracy 0.600, precision 0.500, recall 0.500, auc 0.833",
        "",
        "                  predicted",
        "                  stays  leaves",
        "observed  stays       2       1",
        "         leaves       1       1",
    ]


def test_nobody_said_to_leave_is_a_poor_model_and_no_error() -> None:
    answers = [evaluate.Answer(False, score) for score in (0.1, 0.2)]
    metrics = evaluate.evaluate([False, True], answers)
    assert (metrics["precision"], metrics["f1"], metrics["auc"]) == (0, 0, 1)


def test_equal_scores_count_half_in_the_area_under_the_curve() -> None:
    random = np.random.RandomState(0)
    labels, scores = random.random_sample(60) < 0.3, random.randint(0, 4, 60) / 4
    pairs = [(a > b) + 0.5 * (a == b) for a in scores[labels] for b in scores[~labels]]
    answers = [evaluate.Answer(False, float(score)) for score in scores]
    assert evaluate.evaluate(labels.tolist(), answers)["auc"] == pytest.approx(np.mean(pairs))


def test_the_interval_of_f1_is_that_of_bootstrap_samples_and_the_same_each_time() -> None:
    random = np.random.RandomState(7)
    labels = random.random_sample(400) < 0.2
    said = labels ^ (random.random_sample(400) < 0.1)
    answers = [evaluate.Answer(bool(one), 0.5) for one in said]
    low, high = evaluate.evaluate(labels.tolist(), answers)["f1_interval"]
    assert evaluate.evaluate(labels.tolist(), answers)["f1_interval"] == [low, high]
    rows = random.randint(0, 400, (2000, 400))
    found = [2 * np.sum(labels[i] & said[i]) / (labels[i].sum() + said[i].sum()) for i in rows]
    assert [low, high] == pytest.approx(np.percentile(found, [2.5, 97.5]), abs=0.01)


def test_the_page_is_complete_in_itself_and_names_the_figures(tmp_path: Path, folders: list[str]) -> None:
    put(tmp_path, "1\n0\n0\n1\n0\n", ANSWERS)
    evaluate.main(folders)
    text = (tmp_path / "output/evaluation.html").read_text()
    assert not re.search(r"https?:|<script|<link|src=|@import|url\(", text)
    assert "<b>F1 0.500</b> (95 % of bootstrap samples: 0.000 to 1.000)" in text
    charts = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    parsed = [ElementTree.fromstring(chart) for chart in charts]  # noqa: S314 - the page is our own
    labels = [chart.get("aria-label") for chart in parsed]
    assert labels == ["Precision against recall", "Rows by score", "Share that left against score"]


@pytest.mark.parametrize("rows", [2, 1000, 50_000])
def test_the_page_stays_small_and_inside_its_axes_whatever_the_number_of_rows(rows: int) -> None:
    random = np.random.RandomState(rows)
    labels = np.arange(rows) % 2 == 0
    scores = np.clip(labels * 0.5 + random.random_sample(rows) / 2, 0, 1)
    answers = [evaluate.Answer(bool(score > 0.5), float(score)) for score in scores]
    text = evaluate.page(evaluate.evaluate(labels.tolist(), answers), labels.tolist(), scores.tolist())
    assert len(text) < 40_000
    for x, y in re.findall(r"([-\d.]+),([-\d.]+)", " ".join(re.findall(r'points="([^"]*)"', text))):
        assert 0 <= float(x) <= 420
        assert 0 <= float(y) <= 300
    heights = [float(one) for one in re.findall(r'<rect[^>]*height="([-\d.]+)"', text)]
    assert heights
    assert min(heights) >= 0


def test_a_histogram_counts_every_row_once() -> None:
    curves = load("churn/evaluate/churn_curves")
    bins = curves.histogram([True, False, True, False], [0.0, 0.5, 1.0, 0.49], 2)
    assert [(one.low, one.high, one.stayed, one.left) for one in bins] == [(0, 0.5, 1, 1), (0.5, 1, 1, 1)]
    assert [one.mean_score for one in bins] == pytest.approx([0.245, 0.75])


REFUSALS = {
    "fewer answers": ("1\n0\n", line(True, 0.9), "1 answers for 2 labels; expected as many"),
    "more answers": ("1\n0\n", ANSWERS, "5 answers for 2 labels"),
    "another label": ("1\nyes\n", line(True, 0.9) * 2, "labels.csv, line 2: not a label"),
    "one label only": ("1\n1\n", line(True, 0.9) * 2, "the labels are all the same"),
    "no JSON": ("1\n0\n", line(True, 0.9) + "True\n", "test.csv.out, line 2: expected"),
    "no score": ("1\n0\n", '{"churn": true}\n', "test.csv.out, line 1: expected"),
    "a score of another kind": ("1\n0\n", '{"churn": true, "score": "0.9"}\n', "line 1: expected"),
    "NaN": ("1\n0\n", line(True, float("nan")), "line 1: expected"),
    "something else beside": ("1\n0\n", '{"churn": true, "score": 0.9, "x": 1}\n', "line 1: expected"),
    "another document": ("1\n0\n", "[1]\n", "line 1: expected"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_does_not_fit_together_is_refused(tmp_path: Path, folders: list[str], case: str) -> None:
    labels, answers, message = REFUSALS[case]
    put(tmp_path, labels, answers)
    with pytest.raises(SystemExit, match=r"^error: ") as refusal:
        evaluate.main(folders)
    assert message in str(refusal.value)
    assert not (tmp_path / "output").exists()


def test_a_folder_without_output_is_refused(tmp_path: Path, folders: list[str]) -> None:
    (tmp_path / "labels/labels.csv").write_text("1\n0\n")
    with pytest.raises(SystemExit, match=r"no \*\.out file; expected the output of a batch transform"):
        evaluate.main(folders)
