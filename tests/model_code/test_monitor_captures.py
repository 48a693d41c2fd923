"""Which captures the monitoring reads, and what it does with lines that are none."""

import json
from typing import Any

import pytest
from captured_requests import END, START, customers, line, write_captures
from monitored_data import Watched

NOON = "2026-11-30T12:00:00Z"


def test_only_what_came_in_the_time_is_read_and_each_capture_in_one_of_two_times(watched: Watched) -> None:
    times = {"2026/11/29/23": "2026-11-29T23:59:59Z", "2026/11/30/00": START, "2026/11/30/12": NOON}
    for hour, time in times.items():
        write_captures(watched.captures, [line(customers(10, 1), time=time)], hour)
    assert watched.look(START, NOON)["rows"] == 10
    assert watched.look(NOON, END)["rows"] == 10
    assert watched.look("PT36H", END)["rows"] == 30
    assert watched.look("PT12H", END, late="3600")["rows"] == 10
    assert watched.look("PT11H30M", END)["rows"] == 0
    assert watched.look(END, "2026-12-02")["message"] == (
        "Completed: Job completed successfully without any rows in its time."
    )


def test_files_of_other_hours_are_not_opened(watched: Watched) -> None:
    for hour in ("2026/11/29/22", "2026/12/01/01"):
        write_captures(watched.captures, ["not a capture\n", line(customers(2, 1))], hour)
    write_captures(watched.captures, [line(customers(3, 1))])
    assert (watched.look()["rows"], watched.look()["skipped"]) == (3, 0)


@pytest.mark.parametrize(
    ("hour", "time"),
    [
        ("2026/11/30/11", "2026-11-30T12:00:07Z"),
        ("2026/11/30/12", "2026-11-30T11:59:58Z"),
        ("2026/11/30/12", "2026-11-30T13:59:58+02:00"),
    ],
    ids=["file begun before", "file written after", "another time zone"],
)
def test_a_capture_in_a_file_of_the_hour_beside_its_own_is_in_one_of_two_times(
    watched: Watched, hour: str, time: str
) -> None:
    write_captures(watched.captures, [line(customers(3, 1), time=time)], hour)
    assert watched.look(START, NOON)["rows"] + watched.look(NOON, END)["rows"] == 3


def test_a_line_that_is_no_capture_is_counted_in_the_hour_of_its_file_alone(watched: Watched) -> None:
    write_captures(watched.captures, ["not a capture\n"], "2026/11/30/12")
    assert [watched.look(*times)["skipped"] for times in ((START, NOON), (NOON, END))] == [0, 1]


CAPTURE = {
    "captureData": {"endpointInput": {"encoding": "CSV", "data": "KS,no,1,2.5,30\n"}},
    "eventMetadata": {"eventId": "e", "inferenceTime": START},
}


def changed_capture(**metadata: Any) -> bytes:
    return json.dumps({**CAPTURE, "eventMetadata": {**CAPTURE["eventMetadata"], **metadata}}).encode()


@pytest.mark.parametrize(
    "garbage",
    [
        b"\xff\xfe",
        b"\x00" * 40,
        b"[" * 100_000,
        b"[]",
        b"null",
        b"7",
        b'{"captureData": [], "eventMetadata": {}}',
        changed_capture(eventId=["e"]),
        changed_capture(eventId="\ud800"),
        changed_capture(inferenceTime=7),
        changed_capture(inferenceTime="0001-01-01T00:00:00+14:00"),
        json.dumps(CAPTURE).replace("KS", "\\ud800").encode(),
        json.dumps(CAPTURE).encode()[:60],
    ],
    ids=lambda garbage: repr(garbage[:30]),
)
def test_a_line_of_garbage_is_skipped_and_the_rest_is_looked_at(watched: Watched, garbage: bytes) -> None:
    write_captures(watched.captures, [])
    [file] = watched.captures.rglob("*.jsonl")
    file.write_bytes(garbage + b"\n" + line(customers(3, 1)).encode())
    (watched.labels / "a.csv").write_text("e,1\n")
    found = watched.look()
    assert (found["rows"], found["skipped"]) == (3, 1)
    assert found["skipped_because"][0].startswith("00-00-000-test.jsonl, line 1: ")


def test_what_is_no_capture_of_rows_is_skipped_and_named(watched: Watched) -> None:
    good = line(customers(4, 1), "good")
    base64 = json.loads(good)
    base64["captureData"]["endpointInput"] |= {"encoding": "BASE64", "data": "/w=="}
    without = json.loads(good)
    del without["captureData"]["endpointInput"]
    open_quote = line([['"KS', "no"]], "open")
    broken = ["{\n", json.dumps(base64) + "\n", json.dumps(without) + "\n", open_quote]
    write_captures(watched.captures, [*broken, good])
    found = watched.look()
    assert (found["rows"], found["skipped"]) == (4, 4)
    assert found["skipped_because"][0].startswith("00-00-000-test.jsonl, line 1: Expecting")
    assert "endpointInput is missing" in found["skipped_because"][2]


def test_a_request_in_base64_is_read_like_one_in_text(watched: Watched) -> None:
    captured = json.loads(line([]))
    captured["captureData"]["endpointInput"] |= {"encoding": "BASE64", "data": "S1Msbm8sMSwyLjUsMzAK"}
    write_captures(watched.captures, [json.dumps(captured) + "\n"])
    assert watched.look()["rows"] == 1
