"""Properties that can be changed in one direction only, and so not be rolled back."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from rehearsal.cloudformation.behaviors.behavior import Behavior
from rehearsal.cloudformation.outcome import Refusal
from rehearsal.cloudformation.replacement import at
from rehearsal.cloudformation.situation import Resource, Situation

type Step = Callable[[Any, Any], bool]


class OneWay(Behavior):
    """`path` leads to the property, `goes_back` says of the old and the new value whether that is the step
    that isn't possible; `message` is AWS's."""

    def __init__(self, path: tuple[str, ...], goes_back: Step, message: str, source: str) -> None:
        self._path, self._goes_back, self._message, self._source = path, goes_back, message, source

    def refuses(self, resource: Resource, situation: Situation) -> Iterator[Refusal]:
        if resource.old is None or resource.action != "update":
            return
        old, new = at(resource.old.properties, self._path), at(resource.properties, self._path)
        if old is not None and new is not None and self._goes_back(old, new):
            name = ".".join(self._path)
            ways = (
                f"keep {name} at {old}",
                "replace the resource: give its construct another id (what is in it is lost)",
            )
            yield Refusal("one-way", f"{self._message} ({name}: {old} to {new})", self._source, ways)


def _smaller(old: Any, new: Any) -> bool:
    return float(new) < float(old)


def _earlier(old: Any, new: Any) -> bool:
    before, after = ([int(part) for part in str(one).split(".")] for one in (old, new))
    return after < before


def _taken_away(old: Any, new: Any) -> bool:
    return any(one not in new for one in old)


ONE_WAY: Final = {
    "AWS::SageMaker::NotebookInstance": OneWay(
        ("VolumeSizeInGB",),
        _smaller,
        "The volume size can't be decreased",
        "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateNotebookInstance.html",
    ),
    "AWS::SageMaker::Space": OneWay(
        ("SpaceSettings", "SpaceStorageSettings", "EbsStorageSettings", "EbsVolumeSizeInGb"),
        _smaller,
        "The size of the EBS storage volume of a space can't be decreased",
        "https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated-jl-user-guide-update-storage.html",
    ),
    "AWS::EKS::Cluster": OneWay(
        ("Version",),
        _earlier,
        "Unsupported Kubernetes minor version update: a cluster can't go back to an earlier version",
        "https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html",
    ),
    "AWS::Cognito::UserPool": OneWay(
        ("Schema",),
        _taken_away,
        "Invalid AttributeDataType input: existing schema attributes cannot be modified or deleted.",
        "https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html",
    ),
    "AWS::RDS::DBInstance": OneWay(
        ("AllocatedStorage",),
        _smaller,
        "Requested storage size is less than the current size",
        "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html",
    ),
}
