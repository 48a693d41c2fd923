"""The endpoints that a run of `serve` is asked for, and why some of them are left out."""

from collections.abc import Callable, Sequence

from assembly import Assembly, Endpoint
from assembly.errors import AssemblyError, SlipwayError
from local.endpoint.fleet import Fleet, Fleets


class AskedFor:
    """The endpoints that `wanted` names, or all of the assembly that can be served here; `note` is told why
    one of all is left out.

    Raises UsageError for a name that no endpoint has, and a SlipwayError when none can be served.
    """

    def __init__(self, declared: Assembly, wanted: Sequence[str], note: Callable[[str], None]) -> None:
        self._declared, self._wanted, self._note = declared, wanted, note
        self._left_out: dict[str, SlipwayError] = {}
        if wanted:
            found = [declared.endpoint(name) for name in wanted]
        else:
            found, unservable = declared.servable_endpoints()
            self._left_out |= unservable
        # Named twice, or by two of its names, an endpoint is one.
        self._endpoints: Sequence[Endpoint] = list({one.name: one for one in found}.values())
        self._demand_some(self._endpoints)

    @property
    def workloads(self) -> set[str | None] | None:
        """The workloads whose APIs are served; None stands for all."""
        # An API calls the endpoint of its workload that is not a variant.
        addresses = [one.address for one in self._endpoints]
        return {one.workload for one in addresses if one.variant is None} if self._wanted else None

    def laid_out(self, fleets: Fleets) -> Sequence[Fleet]:
        """A fleet for each endpoint; raises a SlipwayError for one that was named and cannot be laid out."""
        found = []
        for endpoint in self._endpoints:
            try:
                found.append(fleets.prepare(self._declared, endpoint))
            except SlipwayError as error:
                if self._wanted:
                    raise
                self._left_out[endpoint.name] = error
        self._demand_some(found)
        self._tell_what_is_left_out()
        return found

    def _demand_some(self, found: Sequence[object]) -> None:
        """Raise the error for which nothing is served, if nothing is."""
        if found:
            return
        if len(self._left_out) == 1:
            raise next(iter(self._left_out.values()))
        self._tell_what_is_left_out()
        raise AssemblyError(f"none of the {len(self._left_out)} endpoints can be served")

    def _tell_what_is_left_out(self) -> None:
        for name, error in self._left_out.items():
            self._note(f"not served: {name}: {error}")
