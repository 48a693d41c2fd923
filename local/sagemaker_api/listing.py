"""The List operations: filtered, sorted and in pages, as their requests say."""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.aws.errors import validation

Summary = Mapping[str, Any]
_PAGE = 10
_TIMES = {"Creation": "CreationTime", "LastModified": "LastModifiedTime"}


@dataclass(frozen=True)
class Listing:
    """A List operation: `summaries` is the answer's member, `name` and `status` those of a summary.

    `order` is the direction in which AWS sorts where a request does not say; by creation time.
    """

    summaries: str
    name: str
    status: str | None = None
    order: str = "Descending"

    def page(self, found: Iterable[Summary], request: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a request over all that there is; raises AwsError for a token that is not its own."""
        chosen = sorted(
            (one for one in found if self._is_wanted(one, request)), key=self._key(request.get("SortBy"))
        )
        if request.get("SortOrder", self.order) == "Descending":
            chosen.reverse()
        return paged(self.summaries, chosen, request)

    def _key(self, by: str | None) -> Callable[[Summary], Any]:
        match by:
            case "Name":
                return lambda one: (one[self.name], one["CreationTime"])
            case "Status" if self.status:
                return lambda one: (one[self.status or ""], one["CreationTime"])
            case "LastModifiedTime":
                return lambda one: one.get("LastModifiedTime", one["CreationTime"])
        return lambda one: one["CreationTime"]

    def _is_wanted(self, one: Summary, request: Mapping[str, Any]) -> bool:
        if request.get("NameContains", "").lower() not in one[self.name].lower():
            return False
        if self.status and request.get("StatusEquals", one[self.status]) != one[self.status]:
            return False
        for prefix, member in _TIMES.items():
            time = one.get(member, one["CreationTime"])
            if time <= request.get(f"{prefix}TimeAfter", -1) or time >= request.get(
                f"{prefix}TimeBefore", float("inf")
            ):
                return False
        return True


def paged(member: str, found: Sequence[Summary], request: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a sorted list that a request's MaxResults and NextToken ask for."""
    start = _position(request.get("NextToken"))
    end = start + request.get("MaxResults", _PAGE)
    answer: dict[str, Any] = {member: found[start:end]}
    if end < len(found):
        answer["NextToken"] = base64.urlsafe_b64encode(b"from %d" % end).decode()
    return answer


def _position(token: str | None) -> int:
    if token is None:
        return 0
    try:
        word, _, number = base64.urlsafe_b64decode(token).partition(b" ")
        if word == b"from":
            return int(number)
    except (ValueError, binascii.Error):
        pass
    raise validation("The NextToken is not one that was returned by this operation")
