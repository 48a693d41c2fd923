"""Resources that are the same elsewhere: a construct got another id, or went to another stack."""

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from assembly.markdown import code
from assembly.schemas import document
from rehearsal.cloudformation.declared import Declared
from rehearsal.cloudformation.rehearser import Place
from rehearsal.cloudformation.state import State


def moves(state: State, declared: Declared) -> dict[Place, Place]:
    """From where to where what is deployed would have to be moved in order to stay: of the same type,
    declared the same, what it refers to in its stack included, and in a stack that is there. Of several that
    are the same none is said to move."""
    templates = {name: one.template for name, one in declared.stacks.items() if name in state.stacks}
    before = {name: one.template for name, one in state.stacks.items()}
    gone, come = _by_content(before, templates), _by_content(templates, before)
    return {
        places[0]: come[content][0]
        for content, places in gone.items()
        if len(places) == len(come.get(content, ())) == 1
    }


def mapping(declared: Declared, found: Mapping[Place, Place]) -> dict[str, Any]:
    """The moves as `cdk refactor --override-file` reads them."""
    resources = {".".join(old): ".".join(new) for old, new in sorted(found.items())}
    place = {"account": declared.account, "region": declared.region}
    return {"environments": [{**place, "resources": resources}]}


def note(found: Mapping[Place, Place]) -> str:
    """The moves as a sentence."""
    listed = ", ".join(
        f"{code('/'.join(old))} to {code('/'.join(new))}" for old, new in sorted(found.items())
    )
    return f"The same resource at another place: {listed}."


def _by_content(
    templates: Mapping[str, Mapping[str, Any]], others: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, list[Place]]:
    """The places of what only these templates have, by what is declared there."""
    found = defaultdict(list)
    for name, template in templates.items():
        there = others.get(name, {}).get("Resources", {})
        for logical_id, one in template.get("Resources", {}).items():
            if there.get(logical_id, {}).get("Type") != one["Type"] and _can_move(one["Type"]):
                found[_content(template, logical_id, ())].append((name, logical_id))
    return found


def _can_move(resource_type: str) -> bool:
    """CloudFormation moves what it can read."""
    return "read" in ((document(resource_type) or {}).get("handlers") or {})


def _content(template: Mapping[str, Any], logical_id: str, within: tuple[str, ...]) -> str:
    one = template["Resources"][logical_id]
    inner = (*within, logical_id)
    named = {"Type": one["Type"], "Properties": _spelt_out(one.get("Properties", {}), template, inner)}
    return json.dumps(named, sort_keys=True)


def _spelt_out(value: Any, template: Mapping[str, Any], within: tuple[str, ...]) -> Any:
    """The value with the content of resources in the place of their logical ids."""
    match value:
        case {"Ref": str(name)}:
            return {"Ref": _named(name, template, within)}
        case {"Fn::GetAtt": [str(name), *rest]}:
            return {"Fn::GetAtt": [_named(name, template, within), *rest]}
        case dict():
            return {key: _spelt_out(one, template, within) for key, one in value.items()}
        case list():
            return [_spelt_out(one, template, within) for one in value]
    return value


def _named(name: str, template: Mapping[str, Any], within: tuple[str, ...]) -> str:
    known = name in template["Resources"] and name not in within
    return _content(template, name, within) if known else name
