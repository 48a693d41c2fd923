"""Roles that are used before their policies are there: what starts as soon as it is created has to wait."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assembly import Assembly
from assembly.references import references, waits_for

_ENDPOINT = "AWS::SageMaker::Endpoint"
# They use a role while CloudFormation creates them.
_STARTS = frozenset(
    {
        "AWS::CodePipeline::Pipeline",
        "AWS::EC2::FlowLog",
        "AWS::EKS::Cluster",
        "AWS::Lambda::Function",
        _ENDPOINT,
        "AWS::SageMaker::MlflowApp",
        "AWS::SageMaker::MonitoringSchedule",
        "AWS::SageMaker::NotebookInstance",
        "AWS::SageMaker::Pipeline",
        "AWS::SageMaker::UserProfile",
    }
)
_POLICIES = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")


@dataclass(frozen=True, order=True)
class Early:
    """A resource that may be created before a policy of the role that it uses, by their construct paths."""

    resource: str
    policy: str

    def __str__(self) -> str:
        return f"{self.resource} may start before {self.policy} is attached to its role: add it to DependsOn"


def early(assembly: Assembly) -> Iterator[Early]:
    """What the templates leave to chance; a policy of another stack is there before."""
    paths = assembly.construct_paths
    for stack in assembly.stacks:
        for found in early_in(stack.template.get("Resources", {})):
            labels = (f"{stack.name}/{one}" for one in found)
            yield Early(*(paths.get(one, one) for one in labels))


def early_in(resources: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """The same in one template's resources: the logical ids of the resource and of the policy."""
    attached = {
        policy: {*references(declared.get("Properties", {}).get("Roles"))}
        for policy, declared in resources.items()
        if declared["Type"] in _POLICIES
    }
    for logical_id, declared in resources.items():
        kind = declared["Type"]
        if kind not in _STARTS:
            continue
        before = waits_for(resources, logical_id)
        # An endpoint uses the roles of its models; the others name their own.
        named = before if kind == _ENDPOINT else references(declared.get("Properties", {}))
        used = {one for one in named if one in before and resources[one]["Type"] == "AWS::IAM::Role"}
        for policy, roles in attached.items():
            if roles & used and policy not in before:
                yield logical_id, policy
