"""The names by which commands find an endpoint, a pipeline or a model package group."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from assembly.errors import UsageError


@dataclass(frozen=True)
class Address:
    """A resource's logical id and name, and its tags `workload` and `variant` where it has them.

    It answers to its workload, or to `<workload>-<variant>` when it is one of several models of it; to its
    name; and to its logical id.
    """

    logical_id: str
    name: str | None
    workload: str | None = None
    variant: str | None = None

    def __str__(self) -> str:
        """The shortest way to call it."""
        return self.tagged or self.name or self.logical_id

    @property
    def tagged(self) -> str | None:
        """Its name from its tags; None without the tag `workload`."""
        return f"{self.workload}-{self.variant}" if self.workload and self.variant else self.workload


def chosen[T](
    wanted: str,
    what: str,
    candidates: Iterable[T],
    address: Callable[[T], Address],
    why_none: Callable[[str], str] = lambda wanted: "",
) -> T:
    """The one candidate that `wanted` calls; a name or a logical id comes before what tags say.

    Raises UsageError unless there is exactly one: with the reason that `why_none` knows for there being none,
    or with all that could be called.
    """
    known = [(one, address(one)) for one in candidates]
    found = [one for one, where in known if wanted in (where.name, where.logical_id)]
    found = found or [one for one, where in known if wanted == where.tagged]
    if len(found) == 1:
        return found[0]
    if not found and (reason := why_none(wanted)):
        raise UsageError(f"{wanted} has no {what} here: {reason}")
    names = ", ".join(_described(where) for _, where in known)
    existing = f"there are: {names}" if names else "none exist yet"
    count = "no" if not found else f"{len(found)}"
    raise UsageError(f"{count} {what}{'s' if found else ''} called {wanted}; {existing}")


def _described(where: Address) -> str:
    if where.tagged and where.name:
        return f"{where.tagged} ({where.name})"
    return str(where)
