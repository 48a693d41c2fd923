"""Counts what answers to abuse are wrong, and keeps a few examples."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from quality.resilience.bad_inputs import MARK

_MEMBERS = {"type", "title", "status", "detail", "instance", "requestId"}
_TRACES = ("Traceback", 'File "', 'File \\"', ".py:")
_EXAMPLES = 5


@dataclass(frozen=True)
class Answer:
    """Status, headers by their lower-case names, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def document(self) -> Any:
        """The body's JSON; raises ValueError for anything else."""
        return json.loads(self.body)


@dataclass
class Tally:
    """How many inputs were bad or right, how many answers were wrong in which way, and examples of those."""

    bad: int = 0
    right: int = 0
    faults: int = 0
    wrong: int = 0
    refused: int = 0
    malformed: int = 0
    leaks: int = 0
    examples: list[str] = field(default_factory=list)

    def refusal(self, what: str, answer: Answer, status: int | None = None) -> None:
        """Note the answer to an input that has to be refused, with `status` where one is expected."""
        self.bad += 1
        if answer.status >= 500:
            self._note("faults", what, answer)
        elif not answer.status >= 400 or status not in (None, answer.status):
            self._note("wrong", what, answer)
        elif not is_problem(answer):
            self._note("malformed", what, answer)
        self._look(what, answer)

    def prediction(self, what: str, answer: Answer, expected: Any, is_sent: bool) -> None:
        """Note the answer to a right input; `is_sent` says whether the endpoint got the rows as expected."""
        self.right += 1
        if answer.status >= 500:
            self._note("faults", what, answer)
        elif answer.status != 200:
            self._note("refused", what, answer)
        elif not is_sent or answer.document != expected:
            self._note("wrong", what, answer)
        self._look(what, answer)

    def log(self, text: str) -> None:
        """Note what was logged meanwhile."""
        for leak in (MARK, *_TRACES[:3]):
            if leak in text:
                self.leaks += 1
                self.examples.append(f"a log has {leak!r}")

    def _look(self, what: str, answer: Answer) -> None:
        if any(leak in answer.text for leak in (MARK, *_TRACES)):
            self._note("leaks", what, answer)

    def _note(self, kind: str, what: str, answer: Answer) -> None:
        setattr(self, kind, getattr(self, kind) + 1)
        if len(self.examples) < _EXAMPLES:
            self.examples.append(f"{kind}: {answer.status} to {what:.300}")


def is_problem(answer: Answer) -> bool:
    """Whether the answer is problem+json of its own status, which the page that asked may read."""
    try:
        document = answer.document
    except ValueError:
        return False
    return (
        answer.headers.get("content-type") == "application/problem+json"
        and {"access-control-allow-origin", "vary"} <= answer.headers.keys()
        and isinstance(document, dict)
        and document.keys() >= _MEMBERS
        and document["status"] == answer.status
        and len(document.get("errors", [])) <= 20
    )
