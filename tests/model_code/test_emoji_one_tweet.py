"""One tweet is shown on its way: text, tokens, numbers, mask, segments and record."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from model_scripts import ROOT, load, run
from patience import PATIENCE

records = load("shared/tweets/tweet_records")


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "i", "am", "good", "##ness"]
    (tmp_path / "vocab.txt").write_text("".join(f"{token}\n" for token in tokens))
    return tmp_path


def shown(weights: Path, tweet: str) -> list[tuple[str, str]]:
    done = run("emoji/one_tweet", tweet, "--weights", weights)
    assert (done.returncode, done.stderr) == (0, "")
    return [(line[:13].rstrip(), line[13:]) for line in done.stdout.splitlines()]


def test_every_step_is_shown_and_the_record_is_the_one_that_is_written(weights: Path, tmp_path: Path) -> None:
    steps = shown(weights, "@you I am GOODNESS! \U0001f60a\U0001f60a")

    rest = " 0" * 26
    assert steps[:7] == [
        ("tweet", "@you I am GOODNESS! \U0001f60a\U0001f60a"),
        ("text", "i am goodness"),
        ("tokens", "[CLS] i am good ##ness [SEP]"),
        ("input_ids", f"2 4 5 6 7 3{rest}"),
        ("input_mask", f"1 1 1 1 1 1{rest}"),
        ("segment_ids", " ".join(["0"] * 32)),
        ("label_ids", "4 (\U0001f60a)"),
    ]
    path = tmp_path / "one.tfrecord"
    records.write(path, [records.Example.padded([2, 4, 5, 6, 7, 3], 4, 32)])
    frame = path.read_bytes()
    assert steps[7] == ("record", f"{len(frame)} bytes in a TFRecord file, in hexadecimal:")
    length, length_crc, example, crc = (re.split(r" |\.", value)[0] for _, value in steps[8:])
    assert frame.hex().startswith(length + length_crc + example)
    assert frame.hex().endswith(crc)


@pytest.mark.parametrize("tweet", ["I am good", "good \U0001f60a or \U0001f525"])
def test_without_exactly_one_emoji_there_is_no_record(weights: Path, tweet: str) -> None:
    steps = dict(shown(weights, tweet))

    assert steps["label_ids"].startswith("none: expected exactly one of")
    assert "record" not in steps


def test_a_terminal_that_is_not_utf_8_gets_escapes(weights: Path) -> None:
    environ = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = run("emoji/one_tweet", "good \U0001f60a", "--weights", weights, environ=environ)

    assert (done.returncode, done.stderr) == (0, "")
    assert "label_ids    4 (\\U0001f60a)" in done.stdout


def test_the_command_that_the_docs_print_works(weights: Path) -> None:
    command = ["scripts/model_code.py", "emoji/one_tweet", "I am good \U0001f60a", "--weights", str(weights)]
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=True
    )

    assert "input_ids    2 4 5 6 3 0" in done.stdout


def test_a_folder_without_a_vocabulary_is_refused(tmp_path: Path) -> None:
    done = run("emoji/one_tweet", "I am good", "--weights", tmp_path)

    assert (done.returncode, "vocab.txt" in done.stderr, "Traceback" in done.stderr) == (1, True, False)
