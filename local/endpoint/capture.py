"""Data capture: samples of requests and answers, as the DataCaptureConfig of an endpoint asks for them.

A file holds lines as SageMaker writes them, below `<destination>/<endpoint>/<variant>/yyyy/mm/dd/hh/` in UTC.
Captured is what was answered with success: whether AWS keeps failed requests, too, is not documented.
"""

import base64
import json
import threading
import uuid
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple, Self

from assembly.errors import AssemblyError, SlipwayError

INPUT, OUTPUT = "Input", "Output"
_MEMBERS = {INPUT: "endpointInput", OUTPUT: "endpointOutput"}
# Of CaptureContentTypeHeader: its lists, and what the lines call the encoding.
_ENCODINGS = {"CsvContentTypes": "CSV", "JsonContentTypes": "JSON"}
# A file holds what came in so many seconds, or about so many bytes.
SECONDS_A_FILE = 10.0
BYTES_A_FILE = 4 << 20
MOST_WAITING_BYTES = 64 << 20
_SAMPLE_BYTES = 1 << 10
_RESOLUTION = 1 << 32


@dataclass(frozen=True)
class CaptureConfig:
    """Where samples go, how many of 100 requests are sampled, which sides of them are kept, and the encoding
    by media type; all other types are kept in base64."""

    destination: str
    percent: float
    modes: Sequence[str]
    encodings: Mapping[str, str]

    @classmethod
    def parse(cls, declared: Mapping[str, Any] | None) -> Self | None:
        """None where nothing is to be captured; raises AssemblyError for a property that has another form or
        cannot be known here."""
        if not declared or str(declared.get("EnableCapture", True)).lower() == "false":
            return None
        try:
            destination, percent = declared["DestinationS3Uri"], float(declared["InitialSamplingPercentage"])
            modes = [str(one["CaptureMode"]) for one in declared["CaptureOptions"]]
            types = declared.get("CaptureContentTypeHeader", {})
            encodings = {
                str(one).lower(): name for key, name in _ENCODINGS.items() for one in types.get(key, [])
            }
        except KeyError as error:
            raise AssemblyError(f"DataCaptureConfig.{error.args[0]} is missing") from None
        except (AttributeError, TypeError, ValueError) as error:
            raise AssemblyError(f"DataCaptureConfig cannot be known here: {error}") from None
        if not isinstance(destination, str) or not 0 <= percent <= 100:
            raise AssemblyError(
                "DataCaptureConfig: expected an S3 URI and 0 to 100 percent, "
                f"got {destination!r} and {percent:g}"
            )
        both = [INPUT, OUTPUT] if "InputAndOutput" in modes else [one for one in _MEMBERS if one in modes]
        return cls(destination.rstrip("/"), percent, both, encodings)

    def samples(self, number: int) -> bool:
        """Whether the request of this number is one of the samples: by a hash, so the same ones each time."""
        if self.percent >= 100:
            return True
        digest = blake2b(number.to_bytes(8, "big"), digest_size=4).digest()
        return int.from_bytes(digest, "big") < self.percent / 100 * _RESOLUTION


class Payload(NamedTuple):
    body: bytes
    content_type: str | None


class Sample(NamedTuple):
    """One invocation that is kept."""

    time: datetime
    request: Payload
    answer: Payload
    inference_id: str | None

    @property
    def size(self) -> int:
        return _SAMPLE_BYTES + len(self.request.body) + len(self.answer.body)

    def line(self, config: CaptureConfig) -> str:
        payloads = {INPUT: self.request, OUTPUT: self.answer}
        data = {_MEMBERS[mode]: _captured(mode, payloads[mode], config) for mode in config.modes}
        own_id = {} if self.inference_id is None else {"inferenceId": self.inference_id}
        metadata = {
            "eventId": str(uuid.uuid4()),
            **own_id,
            "inferenceTime": f"{self.time:%Y-%m-%dT%H:%M:%SZ}",
        }
        line = {"captureData": data, "eventMetadata": metadata, "eventVersion": "0"}
        return json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"


def _captured(mode: str, payload: Payload, config: CaptureConfig) -> dict[str, str]:
    media_type = (payload.content_type or "").partition(";")[0].strip().lower()
    encoding = config.encodings.get(media_type, "BASE64")
    try:
        data = payload.body.decode() if encoding != "BASE64" else ""
    except UnicodeDecodeError:
        encoding = "BASE64"
    if encoding == "BASE64":
        data = base64.b64encode(payload.body).decode("ascii")
    return {
        "observedContentType": payload.content_type or "",
        "mode": mode.upper(),
        "data": data,
        "encoding": encoding,
    }


class Captures:
    """Takes samples on the way of a request, at the cost of a few references, and writes them on a thread.

    `place` finds the folder of a destination. What cannot be written is dropped: `note` is told once why, and
    at the end how many it were. So is what comes while too much waits to be written.
    """

    def __init__(
        self,
        config: CaptureConfig,
        *,
        endpoint: str,
        variant: str,
        place: Callable[[str], Path],
        note: Callable[[str], None],
    ) -> None:
        self._config = config
        self._folder = f"{config.destination}/{endpoint}/{variant}"
        self._place, self._note = place, note
        self._waiting: deque[Sample] = deque()
        # Each is counted by one thread alone; between them is what waits.
        self._taken_bytes = self._written_bytes = 0
        self._number = 0
        self._dropped = 0
        self._named: str | None = None
        self._wake, self._ending = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="captures", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def take(self, request: Payload, answer: Payload, inference_id: str | None = None) -> None:
        """Keep this invocation if it is one of the samples; never raises."""
        self._number += 1
        if not self._config.samples(self._number):
            return
        sample = Sample(datetime.now(UTC), request, answer, inference_id)
        size = sample.size
        waiting = self._taken_bytes - self._written_bytes + size
        if waiting > MOST_WAITING_BYTES:
            self._drop(1, f"more than {MOST_WAITING_BYTES} bytes wait to be written")
            return
        self._taken_bytes += size
        self._waiting.append(sample)
        if waiting > BYTES_A_FILE:
            self._wake.set()

    def close(self) -> None:
        """Write what is left and stop; nothing may be taken any more."""
        if self._thread.is_alive():
            self._ending.set()
            self._wake.set()
            self._thread.join()
        if self._dropped:
            self._note(f"captures that were not written: {self._dropped}")
            self._dropped = 0

    def _run(self) -> None:
        while not self._ending.is_set():
            self._wake.wait(SECONDS_A_FILE)
            self._wake.clear()
            self._write_waiting()
        self._write_waiting()

    def _write_waiting(self) -> None:
        samples: list[Sample] = []
        size = 0
        while self._waiting:
            samples.append(self._waiting.popleft())
            size += samples[-1].size
            if size > BYTES_A_FILE or not self._waiting:
                self._write(samples)
                self._written_bytes += size
                samples, size = [], 0

    def _write(self, samples: Sequence[Sample]) -> None:
        for hour, group in groupby(samples, lambda one: f"{one.time:%Y/%m/%d/%H}"):
            found = list(group)
            try:
                self._write_file(hour, found)
            except (OSError, SlipwayError) as error:
                self._drop(len(found), str(error))

    def _write_file(self, hour: str, samples: Sequence[Sample]) -> None:
        first = samples[0].time
        name = f"{first:%M-%S}-{first.microsecond // 1000:03d}-{uuid.uuid4()}.jsonl"
        folder = self._place(f"{self._folder}/{hour}")
        folder.mkdir(parents=True, exist_ok=True)
        # Hidden until it is whole, and on the disk of the file that it becomes.
        temporary = folder / f".{name}.part"
        try:
            with temporary.open("w", encoding="utf-8") as stream:
                stream.writelines(one.line(self._config) for one in samples)
            temporary.replace(folder / name)
        finally:
            temporary.unlink(missing_ok=True)

    def _drop(self, count: int, reason: str) -> None:
        self._dropped += count
        if self._named is None:
            self._named = reason
            self._note(f"captures cannot be written: {reason}")
