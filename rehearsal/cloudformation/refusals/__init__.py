"""What AWS refuses only when it is deployed: limits, quotas, and what each service checks by itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from rehearsal.cloudformation.outcome import Refusal
from rehearsal.cloudformation.refusals import (
    api_gateway,
    compute,
    events,
    identity,
    keys,
    monitoring,
    networks,
    order,
    property_values,
    sagemaker,
    sizes,
    storage,
    trust,
)
from rehearsal.cloudformation.refusals.case import Case, Rule
from rehearsal.cloudformation.refusals.quotas import Quotas
from rehearsal.cloudformation.situation import Resource, Situation

_BY_SERVICE: Final = (
    *(identity, keys, storage, sagemaker, compute, api_gateway),
    *(events, monitoring, networks, trust),
)
_OF_ANY: Final[tuple[Rule, ...]] = (*property_values.RULES, *order.RULES)


@dataclass(frozen=True)
class Refusals:
    """The rules, as a check of a deployment."""

    quotas: Quotas = field(default_factory=Quotas.read)

    def of_stack(self, situation: Situation) -> Iterator[Refusal]:
        """What is refused of a template as a whole."""
        yield from sizes.of_stack(situation)

    def of_resource(self, resource: Resource, situation: Situation) -> Iterator[Refusal]:
        """What is refused of a resource, first what CloudFormation itself sees."""
        case = Case(resource, situation, self.quotas)
        for rule in _OF_ANY:
            yield from rule(case)
        for module in _BY_SERVICE:
            rules: Mapping[str, tuple[Rule, ...]] = module.RULES
            for rule in rules.get(resource.type, ()):
                yield from rule(case)
