"""Files of tweets become records, texts and lines to score, alike on one instance and on several."""

import csv
import gzip
import json
import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from model_scripts import load, names_of_the_same, run

sample = load("emoji/sample/__main__")
split = load("emoji/prepare/tweet_split")
records = load("shared/tweets/tweet_records")
wordpiece = load("shared/tweets/wordpiece")
text = load("shared/tweets/tweet_text")

OUTPUTS = ("train", "validation", "test", "texts", "tweets", "labels")
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *"abcdefghijklmnopqrstuvwxyz0123456789'"]
VOCABULARY += [f"##{character}" for character in VOCABULARY[4:]]
ROWS = 240


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("weights")
    (folder / "vocab.txt").write_text("".join(f"{token}\n" for token in VOCABULARY))
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    for name, content in sample.sample(ROWS, 40, seed=1).items():
        (folder / name).write_bytes(content)
    return folder


def prepare(
    folder: Path, weights: Path, output: Path, *options: str, host: str = "algo-1", hosts: int = 1
) -> subprocess.CompletedProcess[str]:
    base = output / "base" / host
    (base / "config").mkdir(parents=True)
    named = {"current_host": host, "hosts": [f"algo-{number}" for number in range(1, hosts + 1)]}
    (base / "config/resourceconfig.json").write_text(json.dumps(named))
    places = [part for name in OUTPUTS for part in (f"--{name}", output / name)]
    environ = {"SAGEMAKER_BASE_DIR": base}
    return run("emoji/prepare", "--input", folder, "--weights", weights, *places, *options, environ=environ)


@pytest.fixture(scope="module")
def prepared(data: Path, weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("one")
    done = prepare(data, weights, output)
    assert (done.returncode, done.stderr) == (0, "")
    return output


def rows_of(path: Path) -> list[tuple[str, int]]:
    with gzip.open(path, "rt", newline="") as stream:
        return [(row["TWEET"], int(row["LABEL"])) for row in csv.DictReader(stream)]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def one_line(folder: Path, content: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "tweets_test.csv").write_bytes(content.encode())
    return folder


def written(output: Path) -> list[Path]:
    return sorted(path for name in OUTPUTS for path in (output / name).rglob("*") if path.is_file())


def test_each_tweet_of_a_training_file_is_one_record_of_one_part(data: Path, prepared: Path) -> None:
    names = ("tweet_file_01", "tweet_file_02")
    library = wordpiece.WordPiece(VOCABULARY)
    expected = [
        records.Example.padded(library.encode(tweet), label, 32)
        for name in names
        for tweet, label in rows_of(data / f"{name}.csv.gz")
    ]

    found = [
        example
        for part in ("train", "validation", "test")
        for name in names
        if (path := prepared / part / f"part-algo-1-{name}.tfrecord").exists()
        for example in records.read(path)
    ]
    assert sorted(found) == sorted(expected)
    assert len(list(prepared.glob("train/*"))) == 2


def test_texts_are_those_of_training_and_validation_in_the_order_of_their_records(prepared: Path) -> None:
    library = wordpiece.WordPiece(VOCABULARY)
    for name in ("tweet_file_01", "tweet_file_02"):
        texts = lines(prepared / f"texts/part-algo-1-{name}.jsonl")
        for part in ("train", "validation"):
            examples = [
                records.Example.padded(library.encode(one["tweet"]), one["label"], 32)
                for one in texts
                if one["part"] == part
            ]
            assert examples
            assert examples == list(records.read(prepared / part / f"part-algo-1-{name}.tfrecord"))


def test_what_is_scored_is_the_test_file_in_its_order_with_its_labels_beside(
    data: Path, prepared: Path
) -> None:
    rows = rows_of(data / "tweet_file_test.csv.gz")
    name = "part-algo-1-tweet_file_test.jsonl"

    assert lines(prepared / "tweets" / name) == [{"tweet": tweet} for tweet, _ in rows]
    assert lines(prepared / "labels" / name) == [{"label": label} for _, label in rows]
    assert [path.name for folder in ("tweets", "labels") for path in (prepared / folder).iterdir()] == [
        name
    ] * 2


def test_every_run_writes_the_same_bytes(data: Path, weights: Path, prepared: Path, tmp_path: Path) -> None:
    prepare(data, weights, tmp_path)

    for name in OUTPUTS:
        assert names_of_the_same(prepared / name, tmp_path / name)


@pytest.mark.parametrize("second", [("02",), ("01", "test"), (), ("01", "02", "test")])
def test_two_instances_write_together_what_one_writes_and_nothing_twice(
    data: Path, weights: Path, prepared: Path, tmp_path: Path, second: tuple[str, ...]
) -> None:
    output = tmp_path / "out"
    shards: Mapping[str, Path] = {host: tmp_path / host for host in ("algo-1", "algo-2")}
    for shard in shards.values():
        shard.mkdir()
    for path in data.iterdir():
        host = "algo-2" if any(name in path.name for name in second) else "algo-1"
        (shards[host] / path.name).write_bytes(path.read_bytes())

    for host, shard in shards.items():
        done = prepare(shard, weights, output, host=host, hosts=2)
        assert (done.returncode, done.stderr) == (0, "")

    def contents(folder: Path) -> dict[str, bytes]:
        """By the output and the file that it comes from, without the host."""
        found = {}
        for path in written(folder):
            name = f"{path.parent.name}/{path.name.split('-', 3)[3]}"
            assert name not in found
            found[name] = path.read_bytes()
        return found

    assert contents(output) == contents(prepared)


def test_an_instance_without_objects_writes_nothing_and_succeeds(weights: Path, tmp_path: Path) -> None:
    done = prepare(tmp_path / "nothing", weights, tmp_path / "out", host="algo-2", hosts=2)

    assert (done.returncode, done.stderr) == (0, "")
    assert "algo-2: 0 files" in done.stdout
    assert written(tmp_path / "out") == []


def test_outside_a_job_there_is_one_instance(
    data: Path, weights: Path, prepared: Path, tmp_path: Path
) -> None:
    places = [part for name in OUTPUTS for part in (f"--{name}", tmp_path / name)]
    environ = {"SAGEMAKER_BASE_DIR": tmp_path / "nothing"}
    done = run("emoji/prepare", "--input", data, "--weights", weights, *places, environ=environ)

    assert (done.returncode, done.stderr) == (0, "")
    assert names_of_the_same(prepared / "train", tmp_path / "train")


def test_a_job_without_any_object_is_refused(weights: Path, tmp_path: Path) -> None:
    done = prepare(tmp_path / "nothing", weights, tmp_path / "out")

    assert (done.returncode, "there is no file; expected .csv or .csv.gz" in done.stderr) == (1, True)


def test_parts_are_90_5_and_5_percent_by_seed_file_and_row() -> None:
    parts = [split.part_of(7, "tweet_file_01", row) for row in range(20_000)]

    shares = Counter(parts)
    assert shares["train"] / 20_000 == pytest.approx(0.9, abs=0.01)
    assert shares["validation"] / 20_000 == pytest.approx(0.05, abs=0.006)
    assert shares["test"] / 20_000 == pytest.approx(0.05, abs=0.006)
    for other in (("8", "tweet_file_01"), ("7", "tweet_file_02")):
        assert [split.part_of(int(other[0]), other[1], row) for row in range(20_000)] != parts


def test_a_seeds_parts_stay_what_they_are() -> None:
    """Models of two versions are compared on the same tweets."""
    parts = [split.part_of(1729, "tweet_file_01", row) for row in range(100)]

    assert [row for row, part in enumerate(parts) if part == "validation"] == [1, 21, 58, 74]
    assert [row for row, part in enumerate(parts) if part == "test"] == [38]


def test_without_a_test_file_the_test_parts_can_be_scored(data: Path, weights: Path, tmp_path: Path) -> None:
    done = prepare(data, weights, tmp_path, "--scored", "part")

    assert done.returncode == 0, done.stderr
    library = wordpiece.WordPiece(VOCABULARY)
    tested = 0
    for path in (tmp_path / "test").iterdir():
        scored = [
            records.Example.padded(library.encode(tweet["tweet"]), label["label"], 32)
            for tweet, label in zip(
                lines(tmp_path / "tweets" / f"{path.stem}.jsonl"),
                lines(tmp_path / "labels" / f"{path.stem}.jsonl"),
                strict=True,
            )
        ]
        assert scored == list(records.read(path))
        tested += len(scored)
    assert f"test {tested}, scored {tested}, left out 0" in done.stdout


@pytest.mark.parametrize(
    ("names", "scored", "message"),
    [
        (["01", "02"], "file", 'no tweet to score: expected a file with "test" in its name, or Scored=part'),
        (["test"], "file", 'no tweet to train on: every file has "test" in its name'),
        (["01", "02"], "part", ""),
        (["01", "test"], "file", ""),
    ],
)
def test_the_step_that_sees_what_all_instances_wrote_says_what_is_missing(
    data: Path, tmp_path: Path, names: list[str], scored: str, message: str
) -> None:
    (tmp_path / "vocab.txt").write_text("".join(f"{token}\n" for token in VOCABULARY))
    for host, name in enumerate(names, 1):
        shard = tmp_path / f"shard-{name}"
        shard.mkdir()
        (shard / f"tweet_file_{name}.csv.gz").write_bytes((data / f"tweet_file_{name}.csv.gz").read_bytes())
        done = prepare(shard, tmp_path, tmp_path / "out", "--scored", scored, host=f"algo-{host}", hosts=2)
        assert (done.returncode, done.stderr) == (0, "")

    environ = {"SM_CHANNEL_TEXTS": tmp_path / "out/texts", "SM_MODEL_DIR": tmp_path / "model"}
    done = run("emoji/linear/fit.py", environ=environ)

    assert (done.returncode, done.stderr) == ((1, f"error: {message}\n") if message else (0, ""))


RAW = """TWEET
"Good morning @you, have a nice day \U0001f60a"
so funny \U0001f602\U0001f602\U0001f602
no emoji at all
both \U0001f602 and \U0001f525
love \u2764 it
love \u2764\ufe0f it
\U0001f308 rainbow \U0001f525
"""


def test_a_raw_file_is_labeled_by_the_one_emoji_in_each_text(weights: Path, tmp_path: Path) -> None:
    done = prepare(one_line(tmp_path / "data", RAW), weights, tmp_path / "out")

    name = "part-algo-1-tweets_test.jsonl"
    scored = zip(lines(tmp_path / "out/tweets" / name), lines(tmp_path / "out/labels" / name), strict=True)
    assert [(tweet["tweet"], text.EMOJIS[label["label"]]) for tweet, label in scored] == [
        ("good morning have a nice day", "\U0001f60a"),
        ("so funny", "\U0001f602"),
        ("love it", "\u2764\ufe0f"),
        ("love it", "\u2764\ufe0f"),
        ("rainbow", "\U0001f525"),
    ]
    assert "scored 5, left out 2" in done.stdout


@pytest.mark.parametrize(
    "content",
    [
        "TWEET,LABEL\r\nwell,3\r\n",
        "label,tweet\n\U0001f602,well\n",
        "\ufeffTWEET,LABEL\n@you WELL!,\U0001f602",
        'TWEET,LABEL\n"\nwell\n"," 3 "\n',
        "TWEET,LABEL\nwell,03\n",
        f"TWEET,LABEL\nwell,{'0' * 5000}3\n",
    ],
)
def test_a_label_is_a_number_or_the_emoji(weights: Path, tmp_path: Path, content: str) -> None:
    done = prepare(one_line(tmp_path / "data", content), weights, tmp_path / "out")

    assert done.returncode == 0, done.stderr
    assert lines(tmp_path / "out/tweets/part-algo-1-tweets_test.jsonl") == [{"tweet": "well"}]
    assert lines(tmp_path / "out/labels/part-algo-1-tweets_test.jsonl") == [{"label": 3}]


def test_a_tweet_that_has_nothing_left_and_words_that_look_like_none_are_tweets_all_the_same(
    weights: Path, tmp_path: Path
) -> None:
    prepare(one_line(tmp_path / "data", "TWEET,LABEL\n,1\nnull,2\nNaN,3\n"), weights, tmp_path / "out")

    assert lines(tmp_path / "out/tweets/part-algo-1-tweets_test.jsonl") == [
        {"tweet": ""},
        {"tweet": "null"},
        {"tweet": "nan"},
    ]


@pytest.mark.parametrize("blank", ["\n", "\r\n", " \t \n", "\n\n", " "])
def test_blank_lines_are_none_of_the_tweets(weights: Path, tmp_path: Path, blank: str) -> None:
    between = blank if blank.endswith("\n") else ""
    content = f"{between}TWEET,LABEL\n{between},3\n{between}well,4\n{blank}"
    done = prepare(one_line(tmp_path / "data", content), weights, tmp_path / "out")

    assert (done.returncode, done.stderr) == (0, "")
    assert lines(tmp_path / "out/labels/part-algo-1-tweets_test.jsonl") == [{"label": 3}, {"label": 4}]
    assert "scored 2, left out 0" in done.stdout


GOOD = b"TWEET,LABEL\nwell,3\n"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "a.csv, line 1: expected the header TWEET,LABEL or TWEET"),
        ("a.csv", b"well,3\n", "a.csv, line 1: expected the header"),
        ("a.csv", b"TWEET,TWEET\n", "a.csv, line 1: expected the header"),
        ("a.csv", GOOD + b"secret\n", "a.csv, line 3: expected 2 fields, got 1"),
        ("a.csv", GOOD + b"secret, too,3\n", "a.csv, line 3: expected 2 fields, got 3"),
        ("a.csv", GOOD + b"\nsecret\n", "a.csv, line 4: expected 2 fields, got 1"),
        ("a.csv", b"\n\nwell,3\n", "a.csv, line 3: expected the header"),
        ("a.csv", GOOD + b"secret,10\n", "a.csv, line 3: expected a label from 0 to 9 or one of"),
        ("a.csv", GOOD + b"secret," + b"7" * 5000 + b"\n", "a.csv, line 3: expected a label from 0 to 9"),
        ("a.csv", GOOD + b"secret,-1\n", "a.csv, line 3: expected a label"),
        ("a.csv", GOOD + "secret,\u0663\n".encode(), "a.csv, line 3: expected a label"),
        ("a.csv", GOOD + b"secret,\n", "a.csv, line 3: expected a label"),
        ("a.csv", GOOD + b"secret \xff,3\n", "a.csv, line 3: not UTF-8"),
        ("a.csv", GOOD + b'"secret,3\n', "a.csv, line 3: not CSV"),
        ("a.csv", GOOD + b'"secret"x,3\n', "a.csv, line 3: not CSV"),
        ("a.csv", GOOD + b"secret\rsecret,3\n", "a.csv, line 3: not CSV"),
        ("a.csv", GOOD + b"s" * 140_000 + b",3\n", "a.csv, line 3: not CSV"),
        ("a.csv.gz", GOOD, "a.csv.gz, after line 0: not a complete gzip file"),
        ("a.csv.gz", gzip.compress(GOOD, mtime=0)[:-9], "a.csv.gz, after line"),
        (
            "a.csv.gz",
            gzip.compress(GOOD, mtime=0)[:12] + b"\xff" * 20,
            "a.csv.gz, after line 0: not a complete gzip",
        ),
        ("a.txt", GOOD, "a.txt: expected a file whose name ends in .csv or .csv.gz"),
    ],
)
def test_a_file_that_is_not_one_of_tweets_is_refused_by_name_and_line(
    weights: Path, tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / name).write_bytes(content)

    done = prepare(tmp_path / "data", weights, tmp_path / "out")

    assert (done.returncode, done.stdout) == (1, "")
    assert message in done.stderr
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr
    assert written(tmp_path / "out") == []


def test_two_files_that_would_have_one_name_are_refused(weights: Path, tmp_path: Path) -> None:
    folder = one_line(tmp_path / "data", GOOD.decode())
    (folder / "tweets_test.csv.gz").write_bytes(gzip.compress(GOOD))

    done = prepare(folder, weights, tmp_path / "out")

    assert (done.returncode, written(tmp_path / "out")) == (1, [])
    assert "tweets_test.csv.gz: there is another file with the name tweets_test" in done.stderr


def test_a_vocabulary_that_is_missing_or_none_is_refused(data: Path, tmp_path: Path) -> None:
    missing = prepare(data, tmp_path, tmp_path / "one")
    (tmp_path / "vocab.txt").write_text("no\nmarks\n")
    none = prepare(data, tmp_path, tmp_path / "two")

    assert (missing.returncode, "vocab.txt" in missing.stderr) == (1, True)
    assert (none.returncode, "the vocabulary has no [PAD]" in none.stderr) == (1, True)
    assert written(tmp_path / "one") == written(tmp_path / "two") == []


def test_a_file_is_read_row_by_row(tmp_path: Path) -> None:
    tweet_files = load("emoji/prepare/tweet_files")
    path = tmp_path / "a.csv"
    path.write_text("TWEET,LABEL\n" + "well,3\n" * 5 + "bad\n")

    reading = tweet_files.read(path)

    assert [next(reading) for _ in range(5)] == [("well", 3)] * 5
    with pytest.raises(tweet_files.FileError, match="line 7"):
        next(reading)
