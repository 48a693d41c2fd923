"""All rules, in the order of their modules."""

from stacks.policies.rule import Rule
from stacks.policies.rules import (
    access,
    api,
    autopilot,
    cluster,
    endpoint,
    experiments,
    function,
    model,
    monitoring,
    notebook,
    pipeline,
    storage,
    studio,
    web,
)

RULES: tuple[Rule, ...] = tuple(
    value
    for module in (
        model,
        endpoint,
        pipeline,
        access,
        storage,
        api,
        function,
        notebook,
        studio,
        autopilot,
        monitoring,
        experiments,
        cluster,
        web,
    )
    for value in vars(module).values()
    if isinstance(value, Rule)
)
