"""Which files of tweets the emoji workload reads, and how it refuses the others."""

import gzip
from pathlib import Path

import pytest
from model_scripts import load
from preparation import lines, one_line, prepare, vocabulary_in, written

text = load("shared/tweets/tweet_text")


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return vocabulary_in(tmp_path_factory.mktemp("weights"))


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


def test_a_file_is_read_row_by_row(tmp_path: Path) -> None:
    tweet_files = load("emoji/prepare/tweet_files")
    path = tmp_path / "a.csv"
    path.write_text("TWEET,LABEL\n" + "well,3\n" * 5 + "bad\n")

    reading = tweet_files.read(path)

    assert [next(reading) for _ in range(5)] == [("well", 3)] * 5
    with pytest.raises(tweet_files.FileError, match="line 7"):
        next(reading)
