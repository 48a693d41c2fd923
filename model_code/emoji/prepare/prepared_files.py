"""The files that one file of tweets becomes: at their places once all of it has been read."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

import tweet_records
from job_files import writing


class PreparedFiles:
    """Files with one name in several folders; a file to which nothing is written does not come to be."""

    def __init__(self, folders: Mapping[str, Path], name: str, stack: ExitStack) -> None:
        self._folders = folders
        self._name = name
        self._stack = stack
        self._streams: dict[tuple[str, str], BinaryIO] = {}

    def add_record(self, output: str, example: tweet_records.Example) -> None:
        tweet_records.append(self._stream(output, ".tfrecord"), example)

    def add_line(self, output: str, document: Mapping[str, object]) -> None:
        self._stream(output, ".jsonl").write(f"{json.dumps(document)}\n".encode())

    def add_counts(self, output: str, counts: Mapping[str, int]) -> None:
        self._stream(output, ".counts.json").write(f"{json.dumps(counts)}\n".encode())

    def _stream(self, output: str, suffix: str) -> BinaryIO:
        key = (output, suffix)
        if key not in self._streams:
            path = self._folders[output] / f"{self._name}{suffix}"
            self._streams[key] = self._stack.enter_context(writing(path))
        return self._streams[key]


@contextmanager
def prepared_files(folders: Mapping[str, Path], name: str) -> Iterator[PreparedFiles]:
    """The folders' files `<name>.tfrecord`, `.jsonl` and `.counts.json`; none of them after an exception."""
    with ExitStack() as stack:
        yield PreparedFiles(folders, name, stack)
