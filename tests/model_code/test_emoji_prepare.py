"""Files of tweets become records, texts and lines to score, alike on one instance and on several."""

import csv
import gzip
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from model_scripts import load, names_of_the_same, run
from preparation import OUTPUTS, VOCABULARY, lines, prepare, vocabulary_in, written

sample = load("emoji/sample/__main__")
split = load("emoji/prepare/tweet_split")
records = load("shared/tweets/tweet_records")
wordpiece = load("shared/tweets/wordpiece")
text = load("shared/tweets/tweet_text")

ROWS = 240


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return vocabulary_in(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    for name, content in sample.sample(ROWS, 40, seed=1).items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def prepared(data: Path, weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("one")
    done = prepare(data, weights, output)
    assert (done.returncode, done.stderr) == (0, "")
    return output


def rows_of(path: Path) -> list[tuple[str, int]]:
    with gzip.open(path, "rt", newline="") as stream:
        return [(row["TWEET"], int(row["LABEL"])) for row in csv.DictReader(stream)]


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


def test_a_vocabulary_that_is_missing_or_none_is_refused(data: Path, tmp_path: Path) -> None:
    missing = prepare(data, tmp_path, tmp_path / "one")
    (tmp_path / "vocab.txt").write_text("no\nmarks\n")
    none = prepare(data, tmp_path, tmp_path / "two")

    assert (missing.returncode, "vocab.txt" in missing.stderr) == (1, True)
    assert (none.returncode, "the vocabulary has no [PAD]" in none.stderr) == (1, True)
    assert written(tmp_path / "one") == written(tmp_path / "two") == []
