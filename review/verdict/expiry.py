"""What a changed retention or lifecycle rule deletes sooner, or newly deletes, in a store that stays."""

from collections.abc import Iterator
from dataclasses import dataclass

from assembly.markdown import code
from review.differences import ABSENT, Side, leaves, nodes
from review.property_names import property_cell
from review.resource_changes import ResourceChange
from review.rows import value_cells
from review.values import Node, show
from review.verdict.strength import AtLeast, Ordered, Strength


@dataclass(frozen=True)
class Retention:
    """A property, by its last names, of the types that begin so: one that falls deletes what it `keeps`."""

    types: tuple[str, ...]
    name: str
    strength: Strength
    keeps: str


_BACKUPS = "automated backups"
RETENTIONS = (
    Retention(("AWS::Logs::LogGroup", "Custom::LogRetention"), "RetentionInDays", AtLeast(), "log events"),
    Retention(("AWS::SQS::Queue",), "MessageRetentionPeriod", AtLeast(345_600), "messages"),
    Retention(("AWS::Kinesis::Stream",), "RetentionPeriodHours", AtLeast(24), "records"),
    Retention(("AWS::Timestream::Table",), "MagneticStoreRetentionPeriodInDays", AtLeast(73_000), "records"),
    Retention(("AWS::CloudTrail::EventDataStore",), "RetentionPeriod", AtLeast(2_557), "events"),
    Retention(
        ("AWS::RDS::", "AWS::DocDB::", "AWS::Neptune::"), "BackupRetentionPeriod", AtLeast(1), _BACKUPS
    ),
    Retention(("AWS::FSx::FileSystem",), "AutomaticBackupRetentionDays", AtLeast(0), _BACKUPS),
    Retention(("AWS::Backup::BackupPlan",), "Lifecycle.DeleteAfterDays", AtLeast(), "recovery points"),
    Retention(
        ("AWS::DynamoDB::",),
        "TimeToLiveSpecification.Enabled",
        Ordered(("false", "true"), "false"),
        "items",
    ),
)
_EXPIRIES = frozenset(
    {"ExpirationDate", "ExpirationInDays", "NoncurrentDays", "NoncurrentVersionExpirationInDays"}
)


def expiries(change: ResourceChange) -> Iterator[str]:
    """The reason for each thing that a resource deletes sooner than before, as Markdown."""
    if not (change.old and change.new):
        return
    yield from _retentions(change)
    if change.resource.type == "AWS::S3::Bucket":
        yield from _objects(change)
    if change.resource.type == "AWS::ECR::Repository":
        yield from _images(change)


def _retentions(change: ResourceChange) -> Iterator[str]:
    before, after = (dict(nodes(dict(side.declared))) if side else {} for side in (change.old, change.new))
    for path in sorted({*before, *after}):
        named = tuple(one for one in path if not one.startswith("["))
        for one in RETENTIONS:
            members = tuple(one.name.split("."))
            if named[-len(members) :] != members or not change.resource.type.startswith(one.types):
                continue
            old, new = before.get(path, ABSENT), after.get(path, ABSENT)
            if one.strength.falls(old, new):
                values = " → ".join(value_cells(old, new))
                yield f"{one.keeps} expire sooner: {property_cell(path)} {values}"


def _objects(change: ResourceChange) -> Iterator[str]:
    for difference in change.differences:
        if "LifecycleConfiguration" not in difference.path or difference.new is ABSENT:
            continue
        before = dict(leaves(difference.old)) if difference.old is not ABSENT else {}
        for path, value in leaves(difference.new):
            whole = (*difference.path, *path)
            if whole[-1] in _EXPIRIES and _sooner(before.get(path, ABSENT), value):
                rule = difference.new if isinstance(difference.new, dict) else {}
                under = f" under {code(show(rule['Prefix']))}" if "Prefix" in rule else ""
                yield f"objects{under} expire sooner: {property_cell(whole)} is {code(show(value))}"


def _sooner(old: Side, new: Node) -> bool:
    if old is ABSENT:
        return True
    before, after = show(old), show(new)
    if before.isdigit() and after.isdigit():
        return int(after) < int(before)
    # Dates, as CloudFormation writes them, follow each other as text; what is built later cannot be told.
    return "${" not in before + after and after < before


@dataclass(frozen=True)
class _ImageRule:
    """Which images a repository's rule expires: those that have all the `tags`, in one storage class, once
    there are more than, or they are older than, `number`."""

    priority: int
    status: str
    tags: frozenset[str]
    counted: tuple[str, ...]
    number: int

    def includes(self, other: "_ImageRule") -> bool:
        """Whether it takes every image that the other one takes."""
        return self.status in ("any", other.status) and self.tags <= other.tags

    def covers(self, other: "_ImageRule") -> bool:
        """Whether it expires all that the other one expires."""
        return self.includes(other) and self.counted == other.counted and self.number <= other.number

    def __str__(self) -> str:
        images = f"{self.status} images" if self.status != "any" else "images"
        tagged = f" with {code(', '.join(sorted(self.tags)))}" if self.tags else ""
        kind, unit, _ = self.counted
        if kind == "imageCountMoreThan":
            return f"{images}{tagged} beyond the newest {self.number}"
        return f"{images}{tagged} after {self.number} {unit or 'days'} ({code(kind)})"


def _images(change: ResourceChange) -> Iterator[str]:
    before, after = (_image_rules(side.properties if side else {}) for side in (change.old, change.new))
    for rule in after:
        covering = [one for one in before if one.covers(rule)]
        if not covering:
            yield f"images expire that were kept: {rule}"
            continue
        # A rule takes no image that one of a lower number has taken.
        taken, takes = (
            [one for one in rules if one.priority < own.priority and rule.includes(one)]
            for rules, own in ((before, covering[0]), (after, rule))
        )
        for lost in (one for one in taken if not any(still.includes(one) for still in takes)):
            yield f"images expire that were kept: {rule}, from which a rule for {lost} no longer exempts"


def _image_rules(properties: Node) -> list[_ImageRule]:
    """The rules that expire images, as far as the template says them."""
    found = []
    for rule in _members(_at(properties, "LifecyclePolicy", "LifecyclePolicyText", "rules")):
        number, priority = show(_at(rule, "selection", "countNumber")), show(_at(rule, "rulePriority"))
        if show(_at(rule, "action", "type")) != "expire" or not (number.isdigit() and priority.isdigit()):
            continue
        tags = [
            show(one)
            for name in ("tagPrefixList", "tagPatternList")
            for one in _members(_at(rule, "selection", name))
        ]
        counted = [_at(rule, "selection", name) for name in ("countType", "countUnit", "storageClass")]
        found.append(
            _ImageRule(
                priority=int(priority),
                status=show(_at(rule, "selection", "tagStatus")),
                tags=frozenset(tags),
                counted=tuple("" if one is None else show(one) for one in counted),
                number=int(number),
            )
        )
    return found


def _at(node: Node, *members: str) -> Node:
    for member in members:
        node = node.get(member) if isinstance(node, dict) else None
    return node


def _members(node: Node) -> list[Node]:
    return node if isinstance(node, list) else []
