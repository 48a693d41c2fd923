"""The linear model is fitted, saved without a pickle, and scored without scikit-learn."""

import csv
import gzip
import json
import re
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from model_scripts import load, names_of_the_same, run

sample = load("emoji/sample/__main__")
linear = load("shared/tweets/emoji_linear")

ONE_OF_EACH = [
    {"tweet": f"{word} day", "label": label, "part": "train"}
    for label, words in enumerate(sample.CUES)
    for word in words.split()
]


def texts(rows: Iterable[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def sampled(seed: int, rows: int) -> list[dict[str, Any]]:
    """Tweets of the sample with their labels, every tenth for validation."""
    content = gzip.decompress(sample.sample(2, rows, seed)["tweet_file_test.csv.gz"]).decode()
    return [
        {"tweet": line["TWEET"], "label": int(line["LABEL"]), "part": "train" if row % 10 else "validation"}
        for row, line in enumerate(csv.DictReader(content.splitlines()))
    ]


def fit(channel: Path, model: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return run("emoji/linear/fit.py", *options, environ={"SM_CHANNEL_TEXTS": channel, "SM_MODEL_DIR": model})


@pytest.fixture(scope="module")
def channel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("texts")
    rows = sampled(seed=1, rows=1500)
    (folder / "part-algo-1-a.jsonl").write_text(texts(rows[:700]))
    (folder / "part-algo-2-b.jsonl").write_text(texts(rows[700:]))
    return folder


@pytest.fixture(scope="module")
def fitted(channel: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    model = tmp_path_factory.mktemp("model")
    done = fit(channel, model)
    assert (done.returncode, done.stderr) == (0, "")
    return model, done.stdout


def test_most_emojis_of_the_sample_are_found_and_the_metrics_say_so(fitted: tuple[Path, str]) -> None:
    printed = dict(re.findall(r"^validation_(top\d)=(0\.\d{4})$", fitted[1], re.MULTILINE))

    assert 0.7 < float(printed["top1"]) < float(printed["top5"])
    assert "1350 tweets to train on" in fitted[1]


def test_what_is_saved_scores_the_validation_part_as_the_metrics_say(fitted: tuple[Path, str]) -> None:
    model = linear.Linear.load(fitted[0] / "linear")

    hits = []
    for row in sampled(seed=1, rows=1500)[::10]:
        logits = model.logits(row["tweet"])
        hits.append(logits.index(max(logits)) == row["label"])
    assert f"validation_top1={sum(hits) / len(hits):.4f}" in fitted[1]


def test_the_archive_has_text_and_numbers_and_is_the_same_for_the_same_texts(
    channel: Path, fitted: tuple[Path, str], tmp_path: Path
) -> None:
    fit(channel, tmp_path)

    assert sorted(names_of_the_same(fitted[0], tmp_path)) == [
        *("characters.txt", "coefficients.f32", "idf.f32", "intercepts.f32", "linear.json", "words.txt")
    ]


def test_without_a_validation_part_there_is_a_model_and_no_metric(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(texts(ONE_OF_EACH * 5))

    done = fit(tmp_path, tmp_path / "model")

    assert (done.returncode, done.stderr) == (0, "")
    assert "validation" not in done.stdout
    assert len(linear.Linear.load(tmp_path / "model/linear").logits("proud day")) == 10


LINE = {"tweet": "secret", "label": 3, "part": "train"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "expected tweets of each emoji to train on, got 0 and none of"),
        (texts(ONE_OF_EACH[12:]), "got 108 and none of \u2764"),
        (texts([*ONE_OF_EACH, {**LINE, "label": 10}]), 'a.jsonl, line 121: expected {"tweet": "..."'),
        (texts([{**LINE, "label": "3"}]), "a.jsonl, line 1: expected"),
        (texts([{**LINE, "part": "test"}]), "a.jsonl, line 1: expected"),
        (texts([{**LINE, "tweet": None}]), "a.jsonl, line 1: expected"),
        (texts([{"tweet": "secret"}]), "a.jsonl, line 1: expected"),
        ('["secret"]\n', "a.jsonl, line 1: expected"),
        ("secret\n", "a.jsonl, line 1: expected"),
    ],
)
def test_texts_that_cannot_be_trained_on_are_refused_by_file_and_line(
    tmp_path: Path, content: str, message: str
) -> None:
    (tmp_path / "a.jsonl").write_text(content)

    done = fit(tmp_path, tmp_path / "model")

    assert (done.returncode, done.stdout) == (1, "")
    assert message in done.stderr
    assert "secret" not in done.stderr
    assert not (tmp_path / "model").exists()


def counts(train: int = 0, validation: int = 0, test: int = 0, scored: int = 0, left_out: int = 0) -> str:
    named = {"train": train, "validation": validation, "test": test, "scored": scored, "left out": left_out}
    return json.dumps(named) + "\n"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ([counts(scored=40), counts(scored=9)], 'no tweet to train on: every file has "test" in its name'),
        (
            [counts(90, 5, 5), counts(80, 4, 6, left_out=2)],
            'no tweet to score: expected a file with "test" in its name, or Scored=part',
        ),
        ([counts(left_out=7)], "no tweet to train on: 7 tweets, none with exactly one emoji"),
        ([counts()], "no tweet to train on: 0 tweets"),
        ([counts(9, 0, 1, scored=40)], "no tweet in the validation part: expected more tweets, got 10"),
        ([counts(0, 1, 0), counts(scored=40)], "no tweet in the training part: expected more tweets, got 1"),
        ([counts(90, 5, 5, 40), "secret"], "part-algo-1-1.counts.json: expected the numbers of tweets"),
        (['{"train": "secret"}'], "part-algo-1-0.counts.json: expected the numbers of tweets"),
    ],
)
def test_what_would_leave_a_later_step_without_a_tweet_is_refused_before_the_long_training(
    tmp_path: Path, files: list[str], message: str
) -> None:
    (tmp_path / "a.jsonl").write_text(texts(ONE_OF_EACH))
    for number, content in enumerate(files):
        (tmp_path / f"part-algo-1-{number}.counts.json").write_text(content)

    done = fit(tmp_path, tmp_path / "model")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"error: {message}")
    assert "secret" not in done.stderr
    assert not (tmp_path / "model").exists()


def test_instances_that_together_found_tweets_for_every_step_are_enough(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(texts(ONE_OF_EACH))
    (tmp_path / "part-algo-1-a.counts.json").write_text(counts(90, 5, 5))
    (tmp_path / "part-algo-2-test.counts.json").write_text(counts(scored=40))

    assert fit(tmp_path, tmp_path / "model").returncode == 0


@pytest.mark.parametrize("option", ["--inverse_regularization=0", "--max_iter=0"])
def test_hyperparameters_that_make_no_sense_are_refused(channel: Path, tmp_path: Path, option: str) -> None:
    done = fit(channel, tmp_path, option)

    assert (done.returncode, "must be above 0, and --max_iter at least 1" in done.stderr) == (2, True)
