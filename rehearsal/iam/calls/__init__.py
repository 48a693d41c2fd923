"""What services call once the stacks of an assembly are deployed: the calls that its policies are for."""

from collections.abc import Iterator

from assembly import Assembly
from rehearsal.iam.calls.builds import build_calls
from rehearsal.iam.calls.call import Call
from rehearsal.iam.calls.events import event_calls
from rehearsal.iam.calls.functions import function_calls
from rehearsal.iam.calls.hosting import hosting_calls
from rehearsal.iam.calls.keeping import keeping_calls
from rehearsal.iam.calls.people import people_calls
from rehearsal.iam.calls.pipelines import pipeline_calls
from rehearsal.iam.inventory import Inventory

__all__ = ["Call", "calls"]

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
        for call in kind(inventory):
            request = call.request
            key = (request.principal, request.action, request.resource, *sorted(request.context.items()))
            if key not in seen:
                seen.add(key)
                yield call
