"""Construct paths of logical ids, as an assembly's metadata has them."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

# CDK puts a nested stack's resource beside its construct.
_NESTED = re.compile(r"(?P<above>(?:.*/)?)(?P<name>[^/]+)\.NestedStack/(?P=name)\.NestedStackResource")


def nested_path(path: str) -> str:
    """The path of a nested stack's construct, given that of its resource; any other path as it is."""
    return _NESTED.sub(r"\g<above>\g<name>", path) if _NESTED.fullmatch(path) else path


def construct_paths(logical_ids: Iterable[tuple[str, str]]) -> dict[str, dict[str, str]]:
    """The paths of logical ids below the stack that declares them, by the stack's own path: empty for the one
    that is deployed. They are given as the metadata has them; nested stacks use the same ids."""
    ids = [(path.partition("/")[2], id) for path, id in logical_ids]
    places = {nested_path(path) for path, _ in ids if _NESTED.fullmatch(path)}
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for path, id in ids:
        place = max((one for one in places if path.startswith(f"{one}/")), key=len, default="")
        found[place][id] = path.removeprefix(f"{place}/")
    return {place: _short(paths) for place, paths in found.items()}


def _short(full: Mapping[str, str]) -> dict[str, str]:
    short = {logical_id: _shorten(path) for logical_id, path in full.items()}
    uses = Counter(short.values())
    return {id: path if uses[path] == 1 else full[id] for id, path in short.items()}


def _shorten(path: str) -> str:
    # CDK calls the one resource of an L2 construct so, and shows such a path without it.
    return path.removesuffix("/Resource").removesuffix("/Default") or path
