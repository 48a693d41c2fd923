"""What a deployment does to one stack, as the report and its verdict read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from review.differences import ABSENT, Difference, Path, Side, leaves
from review.openings import is_opening
from review.overwritten import Overwritten
from review.permissions import Grants, is_permission
from review.resource_changes import Fate, ResourceChange
from review.taken_names import TakenName
from review.values import Content, Text

# The version that every policy states; only another one would say something.
_POLICY_LANGUAGE = Text(("2012-10-17",))


class Standing(Enum):
    NEW = "new"
    KEPT = "kept"
    GONE = "gone"


@dataclass(frozen=True)
class OutputChange:
    """`importers` are the stacks that import the old value and go on doing so: CloudFormation keeps it until
    they stop. `leaving` are those that stop, but are not sure to be deployed before."""

    name: str
    old: Side
    new: Side
    importers: tuple[str, ...] = ()
    leaving: tuple[str, ...] = ()

    @property
    def removed(self) -> bool:
        return self.new is ABSENT


@dataclass(frozen=True)
class ContentChange:
    """`users` are the resources that use the content, each with the places in it."""

    old: Content
    new: Content
    users: Mapping[str, Sequence[Path]]


@dataclass
class StackReview:
    """`resources` leaves out those in which nothing but the wording of a policy differs; `settings` are
    differences of the stack itself and of the template outside of resources and outputs; `taken` are names
    that resources to be created cannot have, `overwritten` those that are created and deleted again,
    `missing` the contents that the new assembly names and lacks,
    `faults` what CloudFormation refuses in the new template and did not in the old one."""

    name: str
    standing: Standing
    granted: list[Grants] = field(default_factory=list)
    revoked: list[Grants] = field(default_factory=list)
    resources: list[ResourceChange] = field(default_factory=list)
    outputs: list[OutputChange] = field(default_factory=list)
    settings: list[Difference] = field(default_factory=list)
    taken: list[TakenName] = field(default_factory=list)
    overwritten: list[Overwritten] = field(default_factory=list)
    missing: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    errors_before: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()

    @property
    def new_errors(self) -> list[str]:
        """Errors that the change brings; those that both sides have are left out."""
        return [error for error in self.errors if error not in self.errors_before]

    @property
    def changes(self) -> bool:
        told = self.granted or self.revoked or self.resources or self.outputs or self.settings
        return bool(told) or self.standing is not Standing.KEPT

    def of(self, fate: Fate) -> list[ResourceChange]:
        return [change for change in self.resources if change.fate is fate]

    @property
    def openings(self) -> list[tuple[ResourceChange, Difference]]:
        """Each difference in what a resource reaches or what reaches it, in added and removed ones too."""
        return [
            (change, one)
            for change in self.resources
            for one in setting_differences(change)
            if is_opening(change.resource.type, one.path) and not is_permission(change.resource.type, one)
        ]

    @property
    def contents(self) -> list[ContentChange]:
        """Each content that changed, by name."""
        users: dict[tuple[Content, Content], dict[str, list[Path]]] = {}
        for change in self.resources:
            for path, old, new in changed_contents(change):
                users.setdefault((old, new), {}).setdefault(change.resource.path, []).append(path)
        found = [ContentChange(*pair, places) for pair, places in users.items()]
        return sorted(found, key=lambda one: (one.new.name, one.new.hash))


def changed_contents(change: ResourceChange) -> list[tuple[Path, Content, Content]]:
    """The contents (old, new) that a resource uses and where, policies apart."""
    return [
        (one.path, old, new)
        for one in change.contents
        if isinstance(one.old, Text) and isinstance(one.new, Text)
        for old, new in zip(one.old.contents, one.new.contents, strict=True)
        if old != new and not is_permission(change.resource.type, one)
    ]


def setting_differences(change: ResourceChange) -> list[Difference]:
    """A resource's differences; all of its settings where it is added or removed."""
    if change.old and change.new:
        return change.differences
    declared = [
        (path, leaf)
        for path, leaf in leaves(dict(change.resource.declared))
        if leaf != _POLICY_LANGUAGE and path not in ((), ("Properties",))
    ]
    sides = [(path, (ABSENT, leaf) if change.new else (leaf, ABSENT)) for path, leaf in declared]
    return [Difference(path, *values) for path, values in sides]
