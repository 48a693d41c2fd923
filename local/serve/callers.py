"""Who may invoke an endpoint: a function with its role, and the machine's user."""

from collections.abc import Callable, Iterator
from functools import lru_cache, partial

from local.api.signature import caller_of
from local.endpoint.chain import DeniedError
from rehearsal.iam.calls import Call
from rehearsal.iam.calls.functions import asks, runs_with
from rehearsal.iam.enforcement import AccessDeniedError, Iam
from rehearsal.iam.inventory import Inventory

_MOST_REMEMBERED = 1024


class Callers:
    """Asks IAM for whoever signs with the key of a role, once for each endpoint. The machine's user, who
    signs with the other key or not at all, administers the account. `note` is told of each denial, once."""

    def __init__(self, iam: Iam, note: Callable[[str], None]) -> None:
        self._iam, self._note = iam, note
        self._denial = lru_cache(_MOST_REMEMBERED)(self._decide)

    def __call__(self, authorization: str | None, endpoint: str) -> None:
        """Raises DeniedError for a caller who may not."""
        role = caller_of(authorization)
        if role is not None and (denial := self._denial(role, endpoint)) is not None:
            raise DeniedError(denial)

    def _decide(self, role: str, endpoint: str) -> str | None:
        try:
            self._iam.demand(partial(_asks, role=role, endpoint=endpoint))
        except AccessDeniedError as error:
            self._note(str(error))
            return error.sentence
        return None


def _asks(inventory: Inventory, role: str, endpoint: str) -> Iterator[Call]:
    yield asks(runs_with(inventory, role), endpoint)
