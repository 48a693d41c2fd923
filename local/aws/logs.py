"""CloudWatch Logs: the logs of jobs and endpoints, which lie in files here, as streams of events."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assembly.place import Place
from local.aws.errors import AwsError
from local.aws.json_protocol import JsonService

_MOST_EVENTS = 10_000


@dataclass(frozen=True)
class Stream:
    """A log stream: a file that grows until its container has `ended`. Its lines have no times: each event
    has that of the stream's start, in milliseconds."""

    name: str
    file: Path
    started: int
    ended: bool

    def lines(self) -> list[str]:
        if not self.file.exists():
            return []
        text = self.file.read_text(encoding="utf-8", errors="replace")
        # A line that is still being written would be another one when it is whole.
        return (text if self.ended else text[: text.rfind("\n") + 1]).splitlines()


class Logs:
    """The operations of a client that follows a job.

    `groups` has the streams of a group by its name, or None; of all, or those whose names begin with a job's
    and a slash.
    """

    def __init__(self, place: Place, groups: Callable[[str, str | None], Sequence[Stream] | None]) -> None:
        self._place = place
        self._groups = groups

    def service(self) -> JsonService:
        operations = {
            "DescribeLogStreams": self._describe,
            "FilterLogEvents": self._filter,
            "GetLogEvents": self._events,
        }
        return JsonService("logs", self._place.region, operations)

    def _streams(self, request: Mapping[str, Any], name: str) -> Sequence[Stream]:
        """Those whose names may begin so."""
        job, slash, _ = name.partition("/")
        group = request.get("logGroupName") or request.get("logGroupIdentifier", "").rpartition(":")[2]
        streams = self._groups(group, job if slash else None)
        if streams is None:
            raise AwsError("ResourceNotFoundException", "The specified log group does not exist.")
        return streams

    def _describe(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        prefix = request.get("logStreamNamePrefix", "")
        found = sorted(
            (one for one in self._streams(request, prefix) if one.name.startswith(prefix)),
            key=lambda one: one.name,
        )
        if request.get("descending"):
            found.reverse()
        start = _number(request.get("nextToken", "0"))
        end = start + request.get("limit", 50)
        answer: dict[str, Any] = {"logStreams": [self._stream(one, request) for one in found[start:end]]}
        if end < len(found):
            answer["nextToken"] = str(end)
        return answer

    def _stream(self, one: Stream, request: Mapping[str, Any]) -> Mapping[str, Any]:
        group = request.get("logGroupName", "")
        return {
            "logStreamName": one.name,
            "creationTime": one.started,
            "firstEventTimestamp": one.started,
            "lastEventTimestamp": one.started,
            "arn": self._place.arn("logs", f"log-group:{group}:log-stream:{one.name}"),
        }

    def _events(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Events from a position on; a token is the number of a line, with the direction before it."""
        name = request["logStreamName"]
        found = [one for one in self._streams(request, name) if one.name == name]
        if not found:
            raise AwsError("ResourceNotFoundException", "The specified log stream does not exist.")
        events = _events_of(found[0], request)
        start, end = _range(request, len(events), request.get("limit", _MOST_EVENTS))
        return {
            "events": events[start:end],
            "nextForwardToken": f"f/{end}",
            "nextBackwardToken": f"b/{start}",
        }

    def _filter(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """The events of several streams, one stream after the other; a token is the number of an event."""
        if request.get("filterPattern"):
            raise AwsError(
                "InvalidParameterException", "A filterPattern is not implemented here; leave it out"
            )
        prefix, names = request.get("logStreamNamePrefix", ""), request.get("logStreamNames")
        events = [
            {**event, "logStreamName": stream.name, "eventId": f"{stream.name}/{number}"}
            for stream in self._streams(request, prefix)
            if stream.name.startswith(prefix) and (names is None or stream.name in names)
            for number, event in enumerate(_events_of(stream, request))
        ]
        start = _number(request.get("nextToken", "0"))
        end = start + request.get("limit", _MOST_EVENTS)
        answer: dict[str, Any] = {"events": events[start:end], "searchedLogStreams": []}
        if end < len(events):
            answer["nextToken"] = str(end)
        return answer


def _events_of(stream: Stream, request: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A stream's lines, if its time is among those that are asked for."""
    if not request.get("startTime", 0) <= stream.started < request.get("endTime", float("inf")):
        return []
    times = {"timestamp": stream.started, "ingestionTime": stream.started}
    return [{**times, "message": line} for line in stream.lines()]


def _range(request: Mapping[str, Any], count: int, limit: int) -> tuple[int, int]:
    direction, _, number = request.get("nextToken", "").partition("/")
    if direction == "f":
        start = min(_number(number), count)
        return start, min(start + limit, count)
    if direction == "b":
        end = min(_number(number), count)
        return max(0, end - limit), end
    return (0, min(limit, count)) if request.get("startFromHead") else (max(0, count - limit), count)


def _number(text: str) -> int:
    if not text.isdecimal():
        raise AwsError("InvalidParameterException", "The specified nextToken is invalid.")
    return int(text)
