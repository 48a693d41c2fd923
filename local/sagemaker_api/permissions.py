"""Who may call SageMaker's operations, and what the roles of the jobs that it creates may do."""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from local.aws.errors import AwsError
from rehearsal.iam.calls import Call, pages
from rehearsal.iam.calls.functions import runs_with
from rehearsal.iam.calls.pipelines import Step, deployed, job_calls, passes, roles_of
from rehearsal.iam.enforcement import AccessDeniedError, Iam
from rehearsal.iam.inventory import Inventory

type Request = Mapping[str, Any]
_OPERATION = re.compile(r"(?:Create|Delete|Describe|Start|Stop|Update)(\w+)")
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ROLE = "ExecutionRoleArn"


class CallersOfApi:
    """Asks IAM for whoever signs with the key of a role; the machine's user administers the account.

    Judged are the operations that name the one resource that they are for, and iam:PassRole.
    """

    def __init__(self, iam: Iam) -> None:
        self._iam = iam

    def __call__(self, role: str | None, operation: str, request: Request) -> None:
        """Raises AwsError for a role that may not call the operation with the request."""
        if role is None:
            return
        try:
            self._iam.demand(partial(_calls, role=role, operation=operation, request=request))
        except AccessDeniedError as error:
            # SageMaker has it with this status.
            raise AwsError("AccessDeniedException", error.sentence, 400) from None


def _calls(inventory: Inventory, role: str, operation: str, request: Request) -> Iterator[Call]:
    resource = _resource(inventory, operation, request)
    if resource is None:
        return
    caller, purpose = runs_with(inventory, role), f"calls {operation}"
    leaves_by = "sagemaker.api"
    yield caller.call(f"sagemaker:{operation}", resource, purpose, pages.API_PERMISSIONS, leaves_by=leaves_by)
    for passed in roles_of(request):
        yield passes(caller, passed, resource, purpose, pages.API_PERMISSIONS)


def _resource(inventory: Inventory, operation: str, request: Request) -> str | None:
    """The ARN of what an operation is for, None where the request doesn't name it."""
    found = _OPERATION.fullmatch(operation)
    if found is None:
        return None
    kind = found[1]
    if f"{kind}Arn" in request:
        return str(request[f"{kind}Arn"])
    # An execution is started on its pipeline.
    name = request.get("PipelineName" if kind == "PipelineExecution" else f"{kind}Name")
    if name is None:
        return None
    path = "pipeline" if kind == "PipelineExecution" else _WORD.sub("-", kind).lower()
    return str(name) if str(name).startswith("arn:") else inventory.arn("sagemaker", f"{path}/{name}")


def of_job(
    inventory: Inventory, step: str, name: str, request: Request, model: Request | None
) -> Iterator[Call]:
    """What SageMaker calls for a job that a client has created; `model` is the model of a transform job."""
    if model is not None and _ROLE not in model:
        model = deployed(inventory, request["ModelName"])
    yield from job_calls(inventory, name, Step(name, step, request, name, model))
