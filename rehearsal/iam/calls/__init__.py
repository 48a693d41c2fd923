"""What services call once the stacks of an assembly are deployed: the calls that its policies are for."""

from collections.abc import Callable, Iterable, Iterator

from assembly import Assembly
from assembly.errors import AssemblyError
from rehearsal.iam.calls.builds import build_calls
from rehearsal.iam.calls.call import Call
from rehearsal.iam.calls.events import event_calls
from rehearsal.iam.calls.functions import function_calls
from rehearsal.iam.calls.hosting import hosting_calls
from rehearsal.iam.calls.keeping import keeping_calls
from rehearsal.iam.calls.people import people_calls
from rehearsal.iam.calls.pipelines import pipeline_calls
from rehearsal.iam.inventory import Inventory

__all__ = ["Call", "calls", "derived"]

_KINDS = (
    hosting_calls,
    pipeline_calls,
    event_calls,
    function_calls,
    build_calls,
    keeping_calls,
    people_calls,
)


def calls(assembly: Assembly) -> Iterator[Call]:
    """The calls of each resource of the assembly, each request once: what else brings it about is left out.

    Raises AssemblyError for a property that cannot be resolved.
    """
    inventory = Inventory(assembly)
    seen = set()
    for kind in _KINDS:
        for call in derived(kind, inventory):
            request = call.request
            key = (request.principal, request.action, request.resource, *sorted(request.context.items()))
            if key not in seen:
                seen.add(key)
                yield call


def derived(kind: Callable[[Inventory], Iterable[Call]], inventory: Inventory) -> Iterator[Call]:
    """The calls of one kind; raises AssemblyError for a property that is missing, or of another form."""
    try:
        yield from kind(inventory)
    except (AttributeError, KeyError, StopIteration, TypeError, ValueError) as error:
        what = getattr(kind, "__name__", "calls").strip("<>").replace("_", " ")
        raise AssemblyError(
            f"the {what} cannot be derived: a property is missing or has a form that is not known ({error})"
        ) from None
