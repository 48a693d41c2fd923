"""Changes of settings after which they protect less."""

from collections.abc import Iterable, Iterator, Mapping

from assembly.markdown import code
from review.differences import ABSENT, Difference, Path, nodes
from review.property_names import property_cell
from review.resource_changes import ResourceChange
from review.rows import resource_cell, value_cells
from review.stack_changes import StackReview, Standing
from review.values import Node, Text, show
from review.verdict.data import STORES
from review.verdict.finding import Finding, Severity, section_of
from review.verdict.protections import ON, Setting, settings_at
from review.verdict.strength import NO_VALUE, Ordered

_KEEPS = Ordered(("Retain", "RetainExceptOnCreate", "Snapshot", "Delete"), "Delete")


def weaker_settings(review: StackReview) -> Iterator[Finding]:
    """Every setting of a resource, a pipeline's step or the stack that protects less than before."""
    if review.standing is Standing.GONE:
        return
    for change in review.resources:
        if change.new is None:
            continue
        for setting, one in _outermost(_weaker(change)):
            reason = f"{setting.words}: {property_cell(one.path)} {' → '.join(value_cells(one.old, one.new))}"
            section = section_of(change, one)
            yield Finding(
                Severity.WEAKENS, review.name, resource_cell(change), reason, section, int(setting.at_once)
            )
        if less := _keeps_less(change):
            section = section_of(change)
            yield Finding(Severity.WEAKENS, review.name, resource_cell(change), less, section)
    for one in review.settings:
        if one.path == ("stack", "terminationProtection") and ON.falls(one.old, one.new):
            yield Finding(
                Severity.WEAKENS, review.name, "", "no longer protected from deletion", "The stack itself"
            )


def _weaker(change: ResourceChange) -> Iterator[tuple[Setting, Difference]]:
    before = _nodes(change.old.declared) if change.old else {}
    after = _nodes(change.new.declared) if change.new else {}
    for path in sorted({*before, *after}):
        old, new = before.get(path, ABSENT), after.get(path, ABSENT)
        if path[0] != "Properties" or old == new:
            continue
        known_before = change.old is not None and _has_owner(path, before)
        known_after = _has_owner(path, after)
        for setting in settings_at(path, change.resource.type):
            counts = known_after and (known_before or setting.at_once)
            if counts and setting.strength.falls(old, new):
                yield setting, Difference(path, old, new)


def _nodes(declared: Mapping[str, Node]) -> dict[Path, Node]:
    return {path: node for path, node in nodes(dict(declared)) if path and show(node) != NO_VALUE}


def _has_owner(path: Path, tree: Mapping[Path, Node]) -> bool:
    """Whether the innermost member of a list that the path leads into is there, such as a step."""
    members = [index for index, one in enumerate(path[:-1]) if one.startswith("[")]
    return not members or path[: members[-1] + 1] in tree


def _outermost(found: Iterable[tuple[Setting, Difference]]) -> Iterator[tuple[Setting, Difference]]:
    """The findings that are not within another one, which says as much."""
    told: list[Path] = []
    for setting, one in found:
        if not any(one.path[: len(path)] == path for path in told):
            told.append(one.path)
            yield setting, one


def _keeps_less(change: ResourceChange) -> str | None:
    """A deletion policy under which the data of a resource that stays would go with it."""
    if not (change.old and change.new and change.resource.type in STORES):
        return None
    for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
        old, new = change.old.policy(policy), change.new.policy(policy)
        if _KEEPS.falls(Text((old,)), Text((new,))):
            return f"its data is no longer kept when it goes: {code(policy)} {code(old)} → {code(new)}"
    return None
