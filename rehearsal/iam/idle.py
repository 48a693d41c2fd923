"""Grants that no rehearsed call uses, each with the reason that its construct gives for it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from assembly import Assembly
from rehearsal.iam.statement import Statement
from rehearsal.iam.use import Use

_METADATA = "slipway:idle-grant"


@dataclass(frozen=True)
class Reason:
    """Why the construct at a path, or one below it, grants `what`."""

    path: str
    what: str
    text: str

    def covers(self, grant: "Idle") -> bool:
        return self.what in grant.text and f"{grant.statement.source.path}/".startswith(f"{self.path}/")


@dataclass(frozen=True)
class Idle:
    """What of a statement no call needs: an action, a resource, or all of it (`whole`)."""

    statement: Statement
    text: str
    whole: bool = False

    def __str__(self) -> str:
        return f"{self.statement.source.path}, statement {self.statement.source.index}: {self.text}"


def idle_grants(uses: Iterable[Use]) -> Iterator[Idle]:
    """What is idle of each statement. Of one that denies only the whole is looked at: it may deny more than
    somebody tries."""
    for use in uses:
        statement = use.statement
        if not use.needed_by:
            of_all = (*statement.actions, *statement.not_actions)
            on = (*statement.resources, *statement.not_resources)
            yield Idle(statement, " ".join((*of_all, "on", *on)) if on else " ".join(of_all), whole=True)
        elif statement.allows:
            yield from (Idle(statement, one) for one in (*use.idle_actions, *use.idle_resources))


def reasons(assembly: Assembly) -> list[Reason]:
    """The reasons that constructs give in their metadata."""
    return [
        Reason(path, str(data["what"]), str(data["reason"])) for path, data in assembly.metadata(_METADATA)
    ]


def settled(idle: Sequence[Idle], known: Sequence[Reason]) -> Iterator[tuple[Idle, Reason | None]]:
    """Each idle grant with the reason that covers it, None where none does."""
    for grant in idle:
        yield grant, next((one for one in known if one.covers(grant)), None)


def stale(idle: Sequence[Idle], known: Sequence[Reason]) -> list[Reason]:
    """The reasons that cover no idle grant."""
    return [one for one in known if not any(one.covers(grant) for grant in idle)]
