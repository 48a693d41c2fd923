"""Rows of a report's tables: what stood there, what will, short enough to read."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from assembly.markdown import NOTHING, code
from review.differences import ABSENT, Difference, Side, leaves
from review.property_names import property_cell
from review.resource_changes import ResourceChange
from review.values import Text, show

MOST_SETTINGS = 10
_LONGEST_VALUE = 100
_CONTEXT = 20
# As many resources with the same change are told as one.
_ALIKE = 4


class Row(NamedTuple):
    """A changed setting of a resource; the cells are finished Markdown."""

    resource: str
    setting: str = ""
    old: str = ""
    new: str = ""


def rows_of(change: ResourceChange, differences: Iterable[Difference]) -> list[Row]:
    """The given differences, and where a replaced resource stands behind a value: each such once."""
    rows = setting_rows(differences, resource_cell(change))
    following: dict[str, list[str]] = {}
    for path, target in sorted(change.follows.items()):
        following.setdefault(target, []).append(property_cell(path))
    for target, (setting, *others) in following.items():
        named = f"{setting} and {len(others)} more" if others else setting
        rows.append(Row(resource_cell(change), named, code(target), f"{code(target)} (replaced)"))
    return rows


def setting_rows(differences: Iterable[Difference], resource: str = "") -> list[Row]:
    """One row a difference; an added or removed mapping as its first settings."""
    return [
        Row(resource, property_cell(one.path), *value_cells(one.old, one.new))
        for difference in differences
        for one in _spelled_out(difference)
    ]


def resource_cell(change: ResourceChange) -> str:
    kind = change.resource.type.removeprefix("AWS::").replace("::", " ")
    return f"{code(change.resource.path)} {kind}"


def value_cells(old: Side, new: Side) -> tuple[str, str]:
    """Both values, of long ones the part where they begin to differ."""
    texts = _texts(old, new)
    known = [text for text in texts if text is not None]
    start = 0
    if len(known) == 2 and max(map(len, known)) > _LONGEST_VALUE:
        start = max(0, _common(*known) - _CONTEXT)
    before, after = (NOTHING if text is None else code(_shortened(text, start)) for text in texts)
    return before, after


def alike_as_one(rows: Sequence[Row]) -> list[Row]:
    """The rows, those that many resources share as one."""
    sharing: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        sharing.setdefault(row[1:], []).append(row.resource)
    told = []
    for row in rows:
        alike = sharing[row[1:]]
        if len(alike) < _ALIKE:
            told.append(row)
        elif row.resource == alike[0]:
            told.append(row._replace(resource=f"{len(alike)} resources: {', '.join(alike[:3])}, …"))
    return told


def named_once(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows, each resource named in its first one only."""
    previous = ""
    for row in rows:
        yield row._replace(resource="") if row.resource == previous else row
        previous = row.resource


def _spelled_out(one: Difference) -> Iterator[Difference]:
    sides = [side for side in (one.old, one.new) if side is not ABSENT]
    if len(sides) != 1 or not isinstance(sides[0], dict | list):
        yield one
        return
    settings = list(leaves(sides[0], one.path))
    if len(settings) > MOST_SETTINGS:
        more = Text((f"and {len(settings) - MOST_SETTINGS} more settings",))
        settings = [*settings[:MOST_SETTINGS], (one.path, more)]
    for path, leaf in settings:
        yield Difference(path, ABSENT, leaf) if one.old is ABSENT else Difference(path, leaf, ABSENT)


def _texts(old: Side, new: Side) -> tuple[str | None, str | None]:
    before, after = (None if side is ABSENT else show(side) for side in (old, new))
    # "1" and 1 differ in nothing but their kind.
    if before == after and type(old) is not type(new):
        return f"{before} ({_kind(old)})", f"{after} ({_kind(new)})"
    return before, after


def _kind(side: Side) -> str:
    return "text" if isinstance(side, Text) else "JSON"


def _common(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next((index for index, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _shortened(text: str, start: int) -> str:
    end = start + _LONGEST_VALUE
    return f"{'…' if start else ''}{text[start:end]}{'…' if len(text) > end else ''}"
