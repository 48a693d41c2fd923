"""The made-up folder of tweets."""

import csv
import gzip
from collections import Counter

from model_scripts import load

sample = load("emoji/sample/__main__")


def rows_of(content: bytes) -> list[tuple[str, int]]:
    lines = gzip.decompress(content).decode().splitlines()
    return [(row["TWEET"], int(row["LABEL"])) for row in csv.DictReader(lines)]


def test_the_sample_has_the_public_files_names_and_columns_and_is_the_same_for_a_seed() -> None:
    files = sample.sample(101, 20, seed=3)

    assert files == sample.sample(101, 20, seed=3)
    assert files != sample.sample(101, 20, seed=4)
    tables = {name: gzip.decompress(content).decode().splitlines() for name, content in files.items()}
    assert {name: (lines[0], len(lines) - 1) for name, lines in tables.items()} == {
        "tweet_file_01.csv.gz": ("TWEET,LABEL", 51),
        "tweet_file_02.csv.gz": ("TWEET,LABEL", 50),
        "tweet_file_test.csv.gz": ("TWEET,LABEL", 20),
    }


def test_labels_are_balanced_and_can_be_known_from_the_words() -> None:
    rows = [row for content in sample.sample(240, 40, seed=1).values() for row in rows_of(content)]

    counts = Counter(label for _, label in rows)
    assert set(counts) == set(range(10))
    assert max(counts.values()) - min(counts.values()) <= 3
    cues = [f"{known} {new}".split() for known, new in zip(sample.CUES, sample.NEW_CUES, strict=True)]
    clear = sum(any(word in cues[label] for word in tweet.split()) for tweet, label in rows)
    assert 0.75 < clear / len(rows) < 0.95


def test_the_test_file_has_words_that_the_others_do_not_have() -> None:
    words = [
        {word for tweet, _ in rows_of(content) for word in tweet.split()}
        for content in sample.sample(240, 40, seed=1).values()
    ]
    new = {word for cues in sample.NEW_CUES for word in cues.split()}

    assert new & words[2]
    assert not new & (words[0] | words[1])
