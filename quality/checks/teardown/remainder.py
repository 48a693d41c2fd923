"""What stays: its kinds, and one of them at one place."""

from dataclasses import dataclass
from enum import Enum

from stacks.policies.templates import Resource


class Kind(Enum):
    """Why something stays, as the report says it."""

    RETAINED = "the template keeps it"
    PROTECTED = "it is protected from deletion"
    NOT_EMPTIED = "nothing empties it, and only an empty one is deleted"
    LOG_GROUP = "a service makes it, and no stack declares it"
    LOGS_OUTLIVED = "the group goes before what writes to it, which makes it again"
    KEY_WAITS = "a key is deleted after its waiting period"
    ACCOUNT_SETTING = "CloudFormation does not take an account's setting back"
    BLOCKED = "it is not deleted while it has members, which no stack declares"
    FILE_SYSTEM = "SageMaker makes it for the domain, and CloudFormation keeps it when the domain goes"
    MADE_BY_EXECUTIONS = "an execution makes them, and no stack declares them"
    MADE_IN_CLUSTER = (
        "the cluster makes volumes and load balancers for what runs in it, and no stack declares them"
    )
    ASSETS = "the bootstrap stack's bucket has no part in any stack"
    NO_DELETION = "what its handler does when it is deleted is not known"
    UNKNOWN = "what its deletion leaves is not known here: see quality/checks/teardown/deletion.py"
    NOT_DECLARED = "its stack is empty, so that nothing is known of it"
    NOT_DEPLOYABLE = "its stack is empty for want of something, and an error keeps it from being deployed"


@dataclass(frozen=True, order=True)
class Remainder:
    """`subject` says what stays, free of hashes; `place` is where the template has it."""

    place: str
    subject: str
    reason: str
    kind: Kind

    @classmethod
    def at(cls, resource: Resource, kind: Kind, subject: str | None = None) -> "Remainder":
        place = f"{resource.stack}/{resource.logical_id}"
        return cls(place, subject or resource.type, kind.value, kind)
