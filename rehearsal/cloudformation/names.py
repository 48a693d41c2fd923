"""The names of resources: given by the template and taken once, or made up as CloudFormation would."""

from collections.abc import Iterable, Mapping
from typing import Any

from assembly import resource_types
from assembly.fixed_names import identity, is_caseless, scopes
from assembly.place import Place, generated_name
from rehearsal.cloudformation.account import Account
from rehearsal.cloudformation.replacement import at, schema
from rehearsal.cloudformation.state import only_on_aws

type Key = tuple[str, ...]


def fixed(resource_type: str, properties: Mapping[str, Any]) -> Key | None:
    """What two resources of a type cannot both have; None where AWS makes the name up, or several may share
    it."""
    known = schema(resource_type)
    paths = identity(resource_type, known) if known else ()
    values = [at(properties, path) for path in paths]
    if known is None or not paths or any(value is None for value in values):
        return None
    within = [at(properties, path) for path in scopes(known, paths)]
    key = tuple(str(value) for value in (*values, *within))
    return tuple(one.casefold() for one in key) if is_caseless(resource_type) else key


def physical_id(
    account: Account, stack: str, logical_id: str, resource_type: str, properties: Mapping[str, Any]
) -> str:
    """The name that a new resource gets: the template's, or one that nothing else has."""
    given = _given(resource_type, properties)
    if given is not None:
        return given
    taken = {one.physical_id for _, _, one in account.everything() if one.type == resource_type}
    base, number = generated_name(stack, logical_id), 1
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"


def holder(account: Account, resource_type: str, key: Key) -> tuple[str, str] | None:
    """Stack and logical id of the resource that has a fixed name, None where it is free."""
    for stack, logical_id, one in account.everything():
        if one.type == resource_type and fixed(one.type, one.properties) == key:
            return stack, logical_id
    return None


def attributes(resource_type: str, name: str, place: Place) -> dict[str, Any]:
    """What Ref ("Ref") and Fn::GetAtt give, as far as it follows from the name."""
    known = resource_types.find(resource_type)
    if known is None:
        document = schema(resource_type)
        made_up = document is None or any(path in document.read_only for path in document.identifier)
        return {"Ref": only_on_aws(name, "Ref") if made_up else name}
    values = {
        "partition": place.partition,
        "suffix": place.suffix,
        "region": place.region,
        "account": place.account,
        "name": name,
    }
    forms = {"Ref": known.ref, **known.attributes}
    return {attribute: form.format(**values) for attribute, form in forms.items()}


def _given(resource_type: str, properties: Mapping[str, Any]) -> str | None:
    known = resource_types.find(resource_type)
    if known is not None and known.name_property is not None:
        value = properties.get(known.name_property)
        return value if isinstance(value, str) else None
    own = schema(resource_type)
    values = _strings(at(properties, path) for path in (identity(resource_type, own) if own else ()))
    return "|".join(values) if values else None


def _strings(values: Iterable[Any]) -> list[str]:
    found = list(values)
    return found if all(isinstance(one, str) for one in found) else []
