"""State machines, and the AutoML jobs that they create."""

import json
from collections.abc import Iterator

from stacks.policies.rule import Faults, Omission, rule
from stacks.policies.templates import Json, Resource, lookup

_MACHINE = "AWS::StepFunctions::StateMachine"
_CREATES = ":aws-sdk:sagemaker:createAutoMLJob"
_LIMIT = "AutoMLProblemTypeConfig.TabularJobConfig.CompletionCriteria.MaxAutoMLJobRuntimeInSeconds"


@rule(_MACHINE)
def autopilot_encrypts_what_it_writes(machine: Resource) -> Faults:
    """An AutoML job encrypts what it writes, its volumes, and what goes from instance to instance."""
    for path, request in _requests(machine):
        for name in ("OutputDataConfig.KmsKeyId", "SecurityConfig.VolumeKmsKeyId"):
            if not lookup(request, name):
                yield f"{path}.{name}", "is missing"
        if lookup(request, name := "SecurityConfig.EnableInterContainerTrafficEncryption") is not True:
            yield f"{path}.{name}", f"is {lookup(request, name)!r}"


@rule(_MACHINE, dev_may_omit=Omission.VPC)
def autopilot_runs_in_a_vpc(machine: Resource) -> Faults:
    """An AutoML job runs its jobs in our subnets, behind a security group."""
    for path, request in _requests(machine):
        for name in ("Subnets", "SecurityGroupIds"):
            if not lookup(request, f"SecurityConfig.VpcConfig.{name}"):
                yield f"{path}.SecurityConfig.VpcConfig.{name}", "is missing"


@rule(_MACHINE)
def autopilot_has_an_end(machine: Resource) -> Faults:
    """An AutoML job ends after a time that its request says: it starts hundreds of jobs otherwise."""
    for path, request in _requests(machine):
        if not lookup(request, _LIMIT):
            yield f"{path}.{_LIMIT}", "is missing"


@rule(_MACHINE)
def state_machine_logs_no_data(machine: Resource) -> Faults:
    """A state machine logs which states it went through, and not what went through them."""
    if machine.get("LoggingConfiguration.IncludeExecutionData"):
        yield "LoggingConfiguration.IncludeExecutionData", "is True"


def _requests(machine: Resource) -> Iterator[tuple[str, Json]]:
    """Each state that creates an AutoML job: where its request stands, and the request.

    Raises ValueError for a machine whose definition is not in the template: no rule could look into it.
    """
    body = machine.get("DefinitionString")
    if body is None and not machine.properties:
        return
    if not isinstance(body, str):
        raise ValueError(f"{machine.stack}/{machine.logical_id} has no DefinitionString")
    for name, state in json.loads(body).get("States", {}).items():
        if _CREATES in str(state.get("Resource")):
            yield f"DefinitionString.States.{name}.Parameters", state.get("Parameters", {})
