"""What an API needs IAM's leave for, asked before its function runs."""

from collections.abc import Iterator
from functools import partial

from assembly import Resource
from local.api.declaration import Api, Function
from local.api.refusals import Refused
from rehearsal.iam.calls import Call
from rehearsal.iam.calls.functions import answers_by, prepares
from rehearsal.iam.enforcement import AccessDeniedError, Derive, Iam
from rehearsal.iam.inventory import Inventory


class Permissions:
    """Of one API; what was decided for a route is remembered."""

    def __init__(self, iam: Iam, api: Api) -> None:
        self._iam, self._api = iam, api
        self._known: dict[tuple[str, str, str], tuple[str, str] | None] = {}

    def check(self, path: str, verb: str, function: Function) -> None:
        """Raises Refused where API Gateway may not invoke the function, or Lambda not run it."""
        key = (path, verb, function.arn)
        if key not in self._known:
            self._known[key] = self._refusal(path, verb, function)
        if (refusal := self._known[key]) is not None:
            raise Refused(*refusal)

    def _refusal(self, path: str, verb: str, function: Function) -> tuple[str, str] | None:
        route = f"{self._api.id}/{self._api.stage}/{verb}{path}"
        invokes = partial(_invokes, route=route, function=function.arn, made_by=self._api.name)
        if (denied := self._denied(invokes)) is not None:
            return "API_CONFIGURATION_ERROR", f"Invalid permissions on Lambda function: {denied}"
        if (denied := self._denied(partial(_runs, function=function))) is not None:
            return "DEFAULT_5XX", str(denied)
        return None

    def _denied(self, derive: Derive) -> AccessDeniedError | None:
        try:
            self._iam.demand(derive)
        except AccessDeniedError as error:
            return error
        return None


def _invokes(inventory: Inventory, route: str, function: str, made_by: str) -> Iterator[Call]:
    yield answers_by(inventory, route, function, made_by)


def _runs(inventory: Inventory, function: Function) -> Iterator[Call]:
    declared: list[Resource] = [*inventory.resources("AWS::Lambda::Function")]
    for one in declared:
        if one.known_name == function.name:
            yield from prepares(inventory, one)
