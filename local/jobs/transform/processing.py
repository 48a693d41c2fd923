"""Filters and joins: what a transform job does to a record before and after the containers."""

import csv
import io
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from local.endpoint.answers import media_type
from local.endpoint.records import CSV, JSON_LINES
from local.errors import JobError
from local.jobs.transform.json_path import JsonPath

JSON = "application/json"
_INPUT, _OUTPUT = "SageMakerInput", "SageMakerOutput"


class Format(ABC):
    """Reads and writes records of one format, and joins them with their predictions."""

    name: str

    @abstractmethod
    def read(self, record: bytes) -> Any: ...

    @abstractmethod
    def write(self, value: Any) -> bytes: ...

    @abstractmethod
    def join(self, record: Any, answer: Any) -> Any: ...

    def join_text(self, record: bytes, answer: bytes) -> bytes:
        """As `join`, of texts."""
        return self.write(self.join(self.read(record), self.read(answer)))


class CsvFormat(Format):
    """A row is an array of its cells; an answer's cells come behind those of its row."""

    name = CSV

    def read(self, record: bytes) -> list[str]:
        text = record.decode("utf-8", "surrogateescape")
        try:
            return next(csv.reader(io.StringIO(text, newline=""), strict=True), [])
        except csv.Error:
            raise JobError("a quoted field is not closed correctly") from None

    def write(self, value: Any) -> bytes:
        cells = value if isinstance(value, list) else [value]
        written = io.StringIO()
        csv.writer(written, lineterminator="").writerow(cells)
        return written.getvalue().encode("utf-8", "surrogateescape")

    def join(self, record: list[str], answer: list[str]) -> list[str]:
        return [*record, *answer]

    def join_text(self, record: bytes, answer: bytes) -> bytes:
        return b"%b,%b" % (record, answer)


class JsonFormat(Format):
    """An answer becomes a member of the object that it answers; of anything else, both become an object's."""

    name = JSON

    def read(self, record: bytes) -> Any:
        try:
            return json.loads(record, parse_constant=_refuse)
        except (ValueError, RecursionError):
            raise JobError("it is not JSON") from None

    def write(self, value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")

    def join(self, record: Any, answer: Any) -> dict[str, Any]:
        return {**(record if isinstance(record, dict) else {_INPUT: record}), _OUTPUT: answer}


_CSV, _JSON = CsvFormat(), JsonFormat()
_FORMATS: Mapping[str, Format] = {CSV: _CSV, JSON: _JSON, JSON_LINES: _JSON}


def format_of(content_type: str | None) -> Format | None:
    """The format of a media type; None for one that cannot be filtered or joined."""
    return _FORMATS.get(media_type(content_type or ""))


@dataclass(frozen=True)
class DataProcessing:
    """The `DataProcessing` of a transform job."""

    input_filter: JsonPath
    output_filter: JsonPath
    joined: bool

    @property
    def reads_input(self) -> bool:
        return self.joined or not self.input_filter.is_all

    @property
    def writes_records(self) -> bool:
        """Whether each answer is looked at, record by record."""
        return self.joined or not self.output_filter.is_all

    def for_containers(self, record: bytes, kind: Format) -> bytes:
        """The part of a record that the containers get."""
        if self.input_filter.is_all:
            return record
        return kind.write(_selected("InputFilter", self.input_filter, kind.read(record)))

    def for_output(self, record: bytes, answer: bytes, kind: Format) -> bytes:
        """The output for a record and its prediction."""
        if self.output_filter.is_all:
            return kind.join_text(record, answer) if self.joined else answer
        value = kind.read(answer)
        whole = kind.join(kind.read(record), value) if self.joined else value
        return kind.write(_selected("OutputFilter", self.output_filter, whole))


def _selected(name: str, path: JsonPath, record: Any) -> Any:
    try:
        return path.select(record)
    except JobError as error:
        raise JobError(f"{name} {error}") from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
