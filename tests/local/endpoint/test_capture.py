"""What an endpoint captures: samples, sides, encodings, files, and what is done where none can be written."""

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from assembly.errors import AssemblyError
from local.endpoint import capture
from local.endpoint.capture import CaptureConfig, Captures, Payload
from local.errors import StorageError

DECLARED = {
    "EnableCapture": True,
    "InitialSamplingPercentage": 100,
    "DestinationS3Uri": "s3://bucket/capture/shop",
    "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
    "CaptureContentTypeHeader": {
        "CsvContentTypes": ["text/csv"],
        "JsonContentTypes": ["application/json", "application/jsonlines"],
    },
}
ROW, ANSWER = Payload(b"1,2\n", "text/csv"), Payload(b"True\n", "text/csv; charset=utf-8")


def parsed(**changes: Any) -> CaptureConfig:
    config = CaptureConfig.parse({**DECLARED, **changes})
    assert config is not None
    return config


@contextmanager
def capturing(
    folder: Path,
    notes: list[str] | None = None,
    place: Callable[[str], Path] | None = None,
    **changes: Any,
) -> Iterator[Captures]:
    """What was taken in the block is on the disk after it."""
    found = Captures(
        parsed(**changes),
        endpoint="slipway-dev-shop",
        variant="AllTraffic",
        place=place or (lambda uri: folder / uri.removeprefix("s3://")),
        note=([] if notes is None else notes).append,
    )
    found.start()
    try:
        yield found
    finally:
        found.close()


def files(folder: Path) -> list[Path]:
    return sorted(one for one in folder.rglob("*") if one.is_file())


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for file in files(folder) for line in file.read_text("utf-8").splitlines()]


def test_a_line_holds_both_sides_of_an_invocation_and_when_it_was(tmp_path: Path) -> None:
    with capturing(tmp_path) as captures:
        captures.take(ROW, ANSWER, "customer-7")
    [line] = lines(tmp_path)
    assert line["captureData"] == {
        "endpointInput": {
            "observedContentType": "text/csv",
            "mode": "INPUT",
            "data": "1,2\n",
            "encoding": "CSV",
        },
        "endpointOutput": {
            "observedContentType": "text/csv; charset=utf-8",
            "mode": "OUTPUT",
            "data": "True\n",
            "encoding": "CSV",
        },
    }
    metadata = line["eventMetadata"]
    assert (metadata["inferenceId"], line["eventVersion"]) == ("customer-7", "0")
    assert datetime.fromisoformat(metadata["inferenceTime"]).utcoffset() is not None
    assert re.fullmatch(r"[0-9a-f-]{36}", metadata["eventId"])


def test_files_lie_below_endpoint_variant_and_hour_and_are_called_by_their_time(tmp_path: Path) -> None:
    with capturing(tmp_path) as captures:
        captures.take(ROW, ANSWER)
    [file] = files(tmp_path)
    [line] = lines(tmp_path)
    hour = datetime.fromisoformat(line["eventMetadata"]["inferenceTime"]).strftime("%Y/%m/%d/%H")
    assert file.parent == tmp_path / "bucket/capture/shop/slipway-dev-shop/AllTraffic" / hour
    assert re.fullmatch(r"\d\d-\d\d-\d{3}-[0-9a-f-]{36}\.jsonl", file.name)


@pytest.mark.parametrize(
    ("payload", "data", "encoding"),
    [
        (Payload(b"1,2", "text/csv"), "1,2", "CSV"),
        (Payload(b"1,2", "TEXT/CSV ; header=absent"), "1,2", "CSV"),
        (Payload(b'{"a":1}', "application/json"), '{"a":1}', "JSON"),
        (Payload('{"a":"ä"}\n'.encode(), "application/jsonlines"), '{"a":"ä"}\n', "JSON"),
        (Payload(b"1,2", "text/plain"), base64.b64encode(b"1,2").decode(), "BASE64"),
        (Payload(b"1,2", None), base64.b64encode(b"1,2").decode(), "BASE64"),
        (Payload(b"\xff,2", "text/csv"), base64.b64encode(b"\xff,2").decode(), "BASE64"),
        (Payload(b"", "text/csv"), "", "CSV"),
    ],
)
def test_text_of_the_types_that_are_named_is_kept_as_text(
    tmp_path: Path, payload: Payload, data: str, encoding: str
) -> None:
    with capturing(tmp_path) as captures:
        captures.take(payload, ANSWER)
    found = lines(tmp_path)[0]["captureData"]["endpointInput"]
    assert (found["data"], found["encoding"]) == (data, encoding)
    assert found["observedContentType"] == (payload.content_type or "")


def test_without_types_everything_is_kept_in_base64(tmp_path: Path) -> None:
    with capturing(tmp_path, CaptureContentTypeHeader={}) as captures:
        captures.take(ROW, ANSWER)
    assert {one["encoding"] for one in lines(tmp_path)[0]["captureData"].values()} == {"BASE64"}


@pytest.mark.parametrize(
    ("options", "sides"),
    [
        (["Input"], {"endpointInput"}),
        (["Output"], {"endpointOutput"}),
        (["Input", "Output"], {"endpointInput", "endpointOutput"}),
        (["InputAndOutput"], {"endpointInput", "endpointOutput"}),
    ],
)
def test_the_sides_that_are_asked_for_are_kept(tmp_path: Path, options: list[str], sides: set[str]) -> None:
    with capturing(tmp_path, CaptureOptions=[{"CaptureMode": one} for one in options]) as captures:
        captures.take(ROW, ANSWER)
    assert set(lines(tmp_path)[0]["captureData"]) == sides


@pytest.mark.parametrize("percent", [0, 1, 10, 50, 100])
def test_the_share_that_is_asked_for_is_sampled_and_always_the_same_requests(percent: int) -> None:
    config = parsed(InitialSamplingPercentage=percent)
    first, second = ([config.samples(number) for number in range(1, 10_001)] for _ in range(2))
    assert first == second
    assert sum(first) == pytest.approx(100 * percent, abs=4 * (percent * (100 - percent)) ** 0.5)


def test_what_is_taken_is_what_the_samples_say_in_their_order(tmp_path: Path) -> None:
    with capturing(tmp_path, InitialSamplingPercentage=30) as captures:
        for number in range(1, 301):
            captures.take(Payload(b"%d" % number, "text/csv"), ANSWER)
    sampled = [
        str(number) for number in range(1, 301) if parsed(InitialSamplingPercentage=30).samples(number)
    ]
    assert [one["captureData"]["endpointInput"]["data"] for one in lines(tmp_path)] == sampled


@pytest.mark.parametrize("declared", [None, {}, {**DECLARED, "EnableCapture": False}])
def test_nothing_is_captured_where_nothing_is_asked_for(declared: Mapping[str, Any] | None) -> None:
    assert CaptureConfig.parse(declared) is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"DestinationS3Uri": {"Fn::ImportValue": "elsewhere"}}, "expected an S3 URI"),
        ({"InitialSamplingPercentage": 101}, "0 to 100 percent, got 's3://bucket/capture/shop' and 101"),
        ({"InitialSamplingPercentage": {"Ref": "Percent"}}, "cannot be known here"),
        ({"CaptureOptions": "Input"}, "cannot be known here"),
    ],
)
def test_a_property_that_cannot_be_known_is_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(AssemblyError, match=message):
        parsed(**change)


@pytest.mark.parametrize("name", ["DestinationS3Uri", "InitialSamplingPercentage", "CaptureOptions"])
def test_a_property_that_is_missing_is_named(name: str) -> None:
    with pytest.raises(AssemblyError, match=rf"DataCaptureConfig\.{name} is missing"):
        CaptureConfig.parse({key: value for key, value in DECLARED.items() if key != name})


def test_much_is_cut_into_several_files_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture, "BYTES_A_FILE", 20_000)
    with capturing(tmp_path) as captures:
        for number in range(200):
            captures.take(Payload(b"%d" % number, "text/csv"), ANSWER)
    assert len(files(tmp_path)) >= 200 * capture._SAMPLE_BYTES // 20_000
    found = [one["captureData"]["endpointInput"]["data"] for one in lines(tmp_path)]
    assert sorted(found, key=int) == [str(number) for number in range(200)]


def test_what_comes_while_too_much_waits_is_dropped_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture, "MOST_WAITING_BYTES", 4_000)
    notes: list[str] = []
    with capturing(tmp_path, notes) as captures:
        for _ in range(10):
            captures.take(ROW, ANSWER)
    assert len(lines(tmp_path)) == 3
    assert notes == [
        "captures cannot be written: more than 4000 bytes wait to be written",
        "captures that were not written: 7",
    ]


def _refuse(uri: str) -> Path:
    raise StorageError(f"{uri}: the assembly declares no bucket")


def test_what_cannot_be_written_is_named_once_and_no_invocation_hears_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture, "BYTES_A_FILE", 2_000)
    notes: list[str] = []
    with capturing(tmp_path, notes, _refuse) as captures:
        for _ in range(6):
            captures.take(ROW, ANSWER)
    assert len(notes) == 2
    assert notes[0].startswith("captures cannot be written: s3://bucket/capture/shop/slipway-dev-shop/")
    assert notes[1] == "captures that were not written: 6"


def test_a_file_that_fails_half_written_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    notes: list[str] = []
    with capturing(tmp_path, notes) as captures:
        captures.take(ROW, ANSWER)
    assert files(tmp_path) == []
    assert notes == [
        "captures cannot be written: [Errno 28] No space left on device",
        "captures that were not written: 1",
    ]
