"""The files that are trained on, as the split steps open them."""

from collections.abc import Sequence
from pathlib import Path

from quality.fuzz.target import OF_WORKLOADS, Parse, Target, find_modules, reads_file, require, together


def _churn() -> Parse:
    """churn.txt is refused by line, or each of its rows is one that the first hop takes."""
    find_modules()
    from churn_raw_file import COLUMNS, RawFile, RawFileError
    from hop_request import csv_cells

    def hold(found: RawFile) -> None:
        require(len(found.rows) == len(found.labels) > 0, "another number of labels than of rows")
        require(all(len(csv_cells(row)) == len(COLUMNS) - 1 for row in found.rows), "a row of other columns")

    return reads_file("churn.txt", RawFile.read, RawFileError, hold)


def _bank() -> Parse:
    """The bank's file is refused by line, or each client has a label and every feature."""
    find_modules()
    import bank_files
    from bank_encoding import FEATURES

    def hold(clients: Sequence[bank_files.Client]) -> None:
        require(all(one.label in "01" and len(one.features) == len(FEATURES) for one in clients), "a client")

    return reads_file("bank.csv", bank_files.read, bank_files.BankFileError, hold)


def _electricity() -> Parse:
    """The file of loads is refused with ValueError, or its readings are numbers, at least 0 or missing."""
    find_modules()
    import electricity_file
    import load_series
    import numpy as np

    def hold(readings: electricity_file.Readings) -> None:
        require(readings.loads.shape[1] == len(readings.clients), "another number of clients")
        require(not (readings.loads < 0).any(), "a load below 0")
        start = readings.first.astype("datetime64[s]").item()
        series = load_series.two_hourly(readings, start.replace(minute=0))
        require(all(np.isfinite(one.loads[0]) for one in series), "a series that begins with a gap")

    parse = reads_file("loads.txt", electricity_file.read, ValueError, hold)
    # pandas takes a millisecond to find that a file of something else is none of these.
    return lambda data: parse(data) if b";" in data.partition(b"\n")[0] else None


def _tweets() -> Parse:
    """A file of tweets is refused by line, or each tweet is clean and has one of the labels, or none."""
    find_modules()
    import tweet_files
    import tweet_text

    def hold(tweets: Sequence[tweet_files.Tweet]) -> None:
        for text, label in tweets:
            require(tweet_text.clean(text) == text, "a text that is not clean")
            require(label is None or label in range(len(tweet_text.EMOJIS)), "a label that is none")

    def read(path: Path) -> list[tweet_files.Tweet]:
        return list(tweet_files.read(path))

    return reads_file("tweets.csv", read, tweet_files.FileError, hold)


def _records() -> Parse:
    """A record's message is refused with ValueError, or is an example that is the same once written."""
    find_modules()
    import tweet_records

    def parse(data: bytes) -> None:
        try:
            example = tweet_records.decode(data)
        except ValueError:
            return
        require(
            tweet_records.decode(tweet_records.encode(example)) == example, "another example once written"
        )

    return parse


TARGETS = (
    Target(
        "training-files",
        "churn.txt, the bank's files, the electricity file, tweets and their records",
        ("hop_request", "electricity_file", "load_series", "tweet_", *OF_WORKLOADS),
        lambda: together(_churn(), _bank(), _electricity(), _tweets(), _records()),
    ),
)
