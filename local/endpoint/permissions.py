"""What an endpoint needs IAM's leave for, asked before it is done."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from assembly import Endpoint
from rehearsal.iam.calls import Call, hosting
from rehearsal.iam.calls.call import Caller
from rehearsal.iam.calls.pipelines import deployed
from rehearsal.iam.enforcement import Iam
from rehearsal.iam.inventory import Inventory

type Arguments = Mapping[str, Any]
_ROLE = "ExecutionRoleArn"


class Permissions:
    """Of one endpoint; `model` are CreateModel's arguments where no template declares its model. Each method
    raises AccessDeniedError."""

    def __init__(self, iam: Iam, endpoint: Endpoint, model: Arguments | None) -> None:
        self._iam, self._endpoint, self._model = iam, endpoint, model

    def start(self) -> None:
        """May the containers be fetched and started?"""
        self._iam.demand(self._starts)

    def capture(self) -> None:
        """May what it is asked, and answers, be written?"""
        self._iam.demand(self._captures)

    def _starts(self, inventory: Inventory) -> Iterator[Call]:
        if (model := self._arguments(inventory)) is not None:
            yield from hosting.model_calls(inventory, self._endpoint.model.name, model, self._path(inventory))
            yield from hosting.endpoint_logs(self._caller(inventory, model), self._endpoint.name)

    def _captures(self, inventory: Inventory) -> Iterable[Call]:
        model, endpoint = self._arguments(inventory), self._endpoint
        if model is None or endpoint.capture is None:
            return ()
        caller = self._caller(inventory, model)
        return hosting.captures(caller, endpoint.capture, endpoint.name, endpoint.variant)

    def _arguments(self, inventory: Inventory) -> Arguments | None:
        """What the model was created with, if it has a role."""
        own = self._model if self._model is not None and _ROLE in self._model else None
        found = own or deployed(inventory, self._endpoint.model.name)
        return found if found is not None and _ROLE in found else None

    def _caller(self, inventory: Inventory, model: Arguments) -> Caller:
        return Caller(inventory, model[_ROLE], self._path(inventory))

    def _path(self, inventory: Inventory) -> str:
        name = self._endpoint.name
        declared = inventory.resources("AWS::SageMaker::Endpoint")
        return next((inventory.path(one) for one in declared if one.known_name == name), name)
