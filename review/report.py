"""A review as Markdown for a pull request: what a reviewer must not miss comes first."""

from collections import Counter
from collections.abc import Container, Sequence

from assembly.markdown import NOTHING, code, codes, table
from review.content_report import Assets, content_lines, content_name
from review.differences import Difference
from review.openings import is_opening
from review.permissions import Grants, is_permission
from review.policies import Policies
from review.resource_changes import Fate, ResourceChange
from review.rows import (
    MOST_SETTINGS,
    Row,
    alike_as_one,
    named_once,
    resource_cell,
    rows_of,
    setting_rows,
    value_cells,
)
from review.stack_changes import StackReview, Standing, changed_contents, setting_differences
from review.verdict.judge import judge
from review.verdict_report import anchor, verdict_lines

_NO_POLICIES = Policies()
_SETTINGS = ("resource", "setting", "old", "new")


def report(reviews: Sequence[StackReview], assets: Assets, policies: Policies = _NO_POLICIES) -> str:
    """The whole review, the same for the same assemblies."""
    findings = judge(reviews, policies.denied)
    opens = any(one.granted or one.openings for one in reviews)
    linked = {anchor(one.stack, one.section) for one in findings if one.section}
    lines = ["# What a deployment changes", "", *verdict_lines(findings, opens=opens), "", *policies.lines()]
    changed = [one for one in reviews if one.changes]
    unchanged = [one.name for one in reviews if not one.changes]
    if changed:
        lines += _summary(changed)
        lines += ["", f"Nothing changes in {codes(unchanged)}."] if unchanged else []
    else:
        lines.append(f"**Nothing changes** in any stack: {codes(unchanged)}.")
    for one in reviews:
        lines += _stack(one, assets, linked) if one.changes else []
        for error in (error for error in one.errors_before if error not in one.errors):
            lines += ["", f"> Before the change {code(one.name)} could not be deployed: {code(error)}"]
        for error in one.new_errors:
            lines += ["", f"> {code(one.name)} cannot be deployed: {code(error)}"]
    lines += _on_both_sides(reviews)
    return "\n".join(lines) + "\n"


def _summary(reviews: Sequence[StackReview]) -> list[str]:
    rows = []
    for one in reviews:
        grants = f"+{len(one.granted)} -{len(one.revoked)}" if one.granted or one.revoked else NOTHING
        counts = [len(one.openings), *(len(one.of(fate)) for fate in Fate)]
        rows.append([code(one.name), grants, *(str(count) if count else NOTHING for count in counts)])
    return table(["stack", "permissions", "network and access", *(fate.value for fate in Fate)], rows)


def _on_both_sides(reviews: Sequence[StackReview]) -> list[str]:
    """What stood in the way of a deployment before and still does, once with all its stacks."""
    stacks: dict[str, list[str]] = {}
    for one in reviews:
        for error in one.errors:
            if error not in one.new_errors:
                stacks.setdefault(error, []).append(one.name)
    lines = [f"- {codes(names)} cannot be deployed: {code(error)}" for error, names in stacks.items()]
    return ["", "## Before the change and after it", "", *lines] if lines else []


def _stack(one: StackReview, assets: Assets, linked: Container[str]) -> list[str]:
    standing = {Standing.NEW: " (new stack)", Standing.GONE: " (no longer declared)", Standing.KEPT: ""}
    lines = ["", f"## {code(one.name)}{standing[one.standing]}"]
    if one.standing is Standing.GONE:
        lines += ["", "No deployment removes it: `cdk destroy` does, with what is listed here."]
    sections = {
        "Permissions": _permissions(one),
        "Network and access": _openings(one),
        "Code and artifacts": content_lines(one.contents, assets),
        "Added": _added(one),
        "Changed in place": _changed(one),
        "Replaced": _replaced(one),
        "Removed": _removed(one),
        "Outputs": _outputs(one),
        "The stack itself": table(_SETTINGS[1:], [row[1:] for row in setting_rows(one.settings)]),
    }
    for title, content in sections.items():
        place = anchor(one.name, title)
        lines += ["", f'<a id="{place}"></a>'] if content and place in linked else []
        lines += ["", f"### {title}", "", *content] if content else []
    return lines


def _permissions(one: StackReview) -> list[str]:
    rows = [("added", grants) for grants in one.granted] + [("removed", grants) for grants in one.revoked]
    rows.sort(key=lambda row: (row[1].policy, row[0]))
    return table(
        ["", "policy of", "principal", "actions", "resources", "condition"],
        [_grants_row(sign, grants) for sign, grants in rows],
    )


def _grants_row(sign: str, grants: Grants) -> list[str]:
    principal, condition = (code(text) if text else "" for text in (grants.principal, grants.condition))
    actions = f"{grants.effect} {codes(grants.actions)}"
    resources = codes(one for one in grants.resources if one)
    return [f"**{sign}**", code(grants.policy), principal, actions, resources, condition]


def _openings(one: StackReview) -> list[str]:
    rows = [row for change, each in one.openings for row in setting_rows([each], resource_cell(change))]
    return table(_SETTINGS, named_once(alike_as_one(rows)))


def _added(one: StackReview) -> list[str]:
    if one.standing is Standing.NEW:
        kinds = Counter(change.resource.type for change in one.of(Fate.ADDED))
        counts = [[code(kind), str(count)] for kind, count in sorted(kinds.items())]
        return [*table(["type", "resources"], counts), *_taken(one, Fate.ADDED)]
    rows = []
    for change in one.of(Fate.ADDED):
        settings = [each for each in setting_differences(change) if not _told_before(change, each)]
        rows += setting_rows(settings[:MOST_SETTINGS], resource_cell(change)) or [Row(resource_cell(change))]
        if len(settings) > MOST_SETTINGS:
            rows.append(Row(resource_cell(change), f"and {len(settings) - MOST_SETTINGS} more settings"))
    cells = [(row.resource, row.setting, row.new) for row in named_once(rows)]
    return [*table(["resource", "setting", "value"], cells), *_taken(one, Fate.ADDED)]


def _changed(one: StackReview) -> list[str]:
    rows = []
    for change in one.of(Fate.CHANGED):
        rows += rows_of(change, [each for each in change.differences if not _told_before(change, each)])
        if change.may_be_replaced:
            rows.append(Row(resource_cell(change), new="**may be replaced**: it depends on the values"))
    return table(_SETTINGS, named_once(alike_as_one(rows)))


def _replaced(one: StackReview) -> list[str]:
    rows = []
    for change in one.of(Fate.REPLACED):
        resource = f"{resource_cell(change)}, the old one is {change.old_is}"
        rows += [row._replace(resource=resource) for row in _reasons(change)]
    return [*table(_SETTINGS, named_once(rows)), *_taken(one, Fate.REPLACED)]


def _taken(one: StackReview, fate: Fate) -> list[str]:
    lines = [
        f"- {code(taken.change.resource.path)} cannot have the name {code(taken.name)}: {taken.why}. "
        "**The deployment fails**, since CloudFormation creates before it deletes: keep the old logical id "
        "or choose another name."
        for taken in one.taken
        if taken.change.fate is fate
    ]
    return ["", *lines] if lines else []


def _reasons(change: ResourceChange) -> list[Row]:
    rows = rows_of(
        change, [each for each in change.differences if not is_permission(change.resource.type, each)]
    )
    if contents := changed_contents(change):
        named = codes(dict.fromkeys(content_name(new) for *_, new in contents))
        rows.append(Row(resource_cell(change), "content", new=f"new {named}"))
    if rows:
        return rows
    if any(is_permission(change.resource.type, each) for each in change.differences):
        return [Row(resource_cell(change), "see Permissions")]
    return [Row(resource_cell(change), new="recreated, since its inputs changed")]


def _removed(one: StackReview) -> list[str]:
    rows = [[resource_cell(change), f"**{change.old_is}**"] for change in one.of(Fate.REMOVED)]
    return table(["resource", "outcome"], rows)


def _outputs(one: StackReview) -> list[str]:
    rows = []
    for output in one.outputs:
        old, new = value_cells(output.old, output.new)
        new += " (replaced)" if old == new else ""
        if output.importers or output.leaving:
            importers = codes((*output.importers, *output.leaving))
            new += f"; **CloudFormation refuses this** while {importers} imports it"
        rows.append([code(output.name), old, new])
    return table(["output", "old", "new"], rows)


def _told_before(change: ResourceChange, one: Difference) -> bool:
    return is_permission(change.resource.type, one) or is_opening(change.resource.type, one.path)
