"""What the policies of the templates deny fails here as on AWS: one right after the other is taken out of the
project's own templates."""

import asyncio
from collections.abc import Callable, MutableMapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from assemblies import Assembly
from assembly_files import write_assembly
from patience import wait_until
from planted import Change, planted, policy, properties, without

import assembly
from assembly.errors import SlipwayError
from local.api.permissions import Permissions as ApiPermissions
from local.api.reading import read_api
from local.api.refusals import Refused
from local.api.signature import key_of
from local.aws.errors import AwsError
from local.aws.json_protocol import JsonService
from local.containers.images import Images
from local.endpoint.fleet import Fleets
from local.endpoint.hosting import Host
from local.endpoint.permissions import Permissions as EndpointPermissions
from local.endpoint.runtime import Runtime
from local.errors import JobError
from local.pipeline.progress import Quiet
from local.pipeline.runner import PipelineRunner
from local.sagemaker_api.api import Made, SageMakerApi
from local.sagemaker_api.permissions import CallersOfApi
from local.serve.callers import Callers
from local.storage.s3 import Storage
from local.storage.workspace import Workspace
from local.timing import SAGEMAKER
from rehearsal.iam.enforcement import OFF, Enforcement, Iam, enforced
from rehearsal.iam.rehearsal import Rehearsal

TRAINING, SERVING, FOUNDATION = "churn-training", "churn-serving", "foundation"
JOB, JOB_POLICY = "JobRole014917C6", "JobRoleDefaultPolicy5DE0D8F9"
PIPELINE, PIPELINE_POLICY = "PipelineRoleD68726F7", "PipelineRoleDefaultPolicyC7A05455"
MODEL_POLICY = "ExecutionRoleDefaultPolicyA5B92313"
FUNCTION_POLICY = "ServiceFunctionRoleDefaultPolicy4F0613AC"
BATCH_POLICY = "BatchPipelineRoleDefaultPolicy7E596AB9"
RULE_POLICY = "BatchNewFileRoleDefaultPolicyAEA0750D"

type Use = Callable[[assembly.Assembly, Enforcement, Path], None]


def trusts_lambda(role: str) -> Change:
    def change(template: dict[str, Any]) -> None:
        policy(template, role, "sts:AssumeRole")["Principal"] = {"Service": "lambda.amazonaws.com"}

    return change


def for_another_account(template: dict[str, Any]) -> None:
    """API Gateway may invoke the function, for an API of another account's."""
    for one in template["Resources"].values():
        if one["Type"] == "AWS::Lambda::Permission":
            one["Properties"]["SourceAccount"] = "111122223333"


def without_grant_of_key(template: dict[str, Any]) -> None:
    """A key that leaves nothing to the policies of the account's roles."""
    properties(template, "Key961B73FD")["KeyPolicy"]["Statement"].pop(0)


def _run(pipeline: str, command: str, declared: assembly.Assembly, iam: Enforcement, folder: Path) -> None:
    find = declared.training_pipeline if pipeline == "training" else declared.batch_pipeline
    runner = PipelineRunner(declared, Workspace(folder / "build"), find("churn"), iam=iam)
    runner.prepare(command, "churn", runner.parameters({})).run(Quiet())


train: Use = partial(_run, "training", "train")
transform: Use = partial(_run, "batch", "transform")


def serve(declared: assembly.Assembly, iam: Enforcement, folder: Path) -> None:
    def host(of: assembly.Assembly) -> Host:
        return Host(Images.load(), Storage(folder / "s3", of), iam=iam)

    Fleets(host, folder, SAGEMAKER, print).prepare(declared, declared.endpoint("churn"))


def capture(declared: assembly.Assembly, iam: Enforcement, folder: Path) -> None:
    EndpointPermissions(iam, declared.endpoint("churn"), None).capture()


def call_api(declared: assembly.Assembly, iam: Enforcement, folder: Path) -> None:
    [api] = [
        read_api(declared, one)
        for one in declared.resources("AWS::ApiGateway::RestApi")
        if one.tags.get("workload") == "churn"
    ]
    for one in api.methods:
        ApiPermissions(iam, api).check(one.path, "POST", one.function)


def invoke(declared: assembly.Assembly, iam: Enforcement, folder: Path) -> None:
    """The function asks the endpoint, which is not ready."""
    role = Rehearsal(declared).role("slipway-dev-churn-serving/Service/Function/Role").arn
    name = declared.endpoint("churn").name
    header = f"AWS4-HMAC-SHA256 Credential={key_of(role)}/20261130/eu-central-1/sagemaker/aws4_request"
    status = asked(Runtime([], declared.account, admit=Callers(iam, told.append)), name, header)
    if status == 403:
        raise JobError(told[-1])
    assert status == 400  # nothing is served here


def create_training_job(declared: assembly.Assembly, iam: Enforcement, folder: Path) -> None:
    """A client that works with the role of the pipeline creates what the pipeline may create."""
    roles = Rehearsal(declared)
    role, job = (roles.role(f"slipway-dev-churn-training/{one}").arn for one in ("Pipeline/Role", "JobRole"))
    request = {"TrainingJobName": "pipelines-abcdef123456-Fit-0123456789", "RoleArn": job}
    CallersOfApi(iam)(role, "CreateTrainingJob", request)


told: list[str] = []


def asked(runtime: Runtime, endpoint: str, authorization: str) -> int:
    """The status of an invocation."""
    answered: list[MutableMapping[str, Any]] = []
    path = f"/endpoints/{endpoint}/invocations"
    scope = {
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "headers": [(b"authorization", authorization.encode())],
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"x"}

    async def send(message: MutableMapping[str, Any]) -> None:
        answered.append(message)

    asyncio.run(runtime(scope, receive, send))
    return int(answered[0]["status"])


# The stack, what is taken out of it, what then fails, and on which action.
RIGHTS: dict[str, tuple[str, Change, Use, str]] = {
    "a job reads its input": (TRAINING, without(JOB_POLICY, "s3:GetObject"), train, "s3:GetObject"),
    "a job decrypts what it reads": (TRAINING, without(JOB_POLICY, "kms:Decrypt"), train, "kms:Decrypt"),
    "the key lets roles of the account use it": (FOUNDATION, without_grant_of_key, train, "kms:Decrypt"),
    "a job pulls its image": (
        TRAINING,
        without(JOB_POLICY, "ecr:BatchGetImage"),
        train,
        "ecr:BatchCheckLayerAvailability",
    ),
    "a job's role trusts SageMaker": (TRAINING, trusts_lambda(JOB), train, "sts:AssumeRole"),
    "the pipeline's role trusts SageMaker": (TRAINING, trusts_lambda(PIPELINE), train, "sts:AssumeRole"),
    "a pipeline creates a job": (
        TRAINING,
        without(PIPELINE_POLICY, "sagemaker:CreateProcessingJob"),
        train,
        "sagemaker:CreateProcessingJob",
    ),
    "a pipeline passes the job's role": (
        TRAINING,
        without(PIPELINE_POLICY, "iam:PassRole"),
        train,
        "iam:PassRole",
    ),
    "a rule starts the batch pipeline": (
        SERVING,
        without(RULE_POLICY, "sagemaker:StartPipelineExecution"),
        transform,
        "sagemaker:StartPipelineExecution",
    ),
    "the batch pipeline creates its job": (
        SERVING,
        without(BATCH_POLICY, "sagemaker:CreateTransformJob"),
        transform,
        "sagemaker:CreateTransformJob",
    ),
    "a transform job writes its output": (
        SERVING,
        without(MODEL_POLICY, "s3:PutObject"),
        transform,
        "s3:PutObject",
    ),
    "an endpoint reads its model": (SERVING, without(MODEL_POLICY, "s3:GetObject"), serve, "s3:GetObject"),
    "an endpoint pulls its images": (
        SERVING,
        without(MODEL_POLICY, "ecr:BatchGetImage"),
        serve,
        "ecr:BatchCheckLayerAvailability",
    ),
    "an endpoint writes what it captures": (
        SERVING,
        without(MODEL_POLICY, "s3:PutObject"),
        capture,
        "s3:PutObject",
    ),
    "the API invokes the function": (SERVING, for_another_account, call_api, "lambda:InvokeFunction"),
    "the function asks the endpoint": (
        SERVING,
        without(FUNCTION_POLICY, "sagemaker:InvokeEndpoint"),
        invoke,
        "sagemaker:InvokeEndpoint",
    ),
    "the function decrypts its variables": (
        SERVING,
        without(FUNCTION_POLICY, "kms:Decrypt"),
        call_api,
        "kms:Decrypt",
    ),
    "a client passes a role to SageMaker": (
        TRAINING,
        without(PIPELINE_POLICY, "iam:PassRole"),
        create_training_job,
        "iam:PassRole",
    ),
}


@pytest.mark.parametrize("right", RIGHTS)
def test_without_a_right_what_needs_it_fails_with_awss_sentence(
    right: str, dev: Assembly, tmp_path: Path
) -> None:
    stack, change, use, action = RIGHTS[right]
    declared = planted(dev.folder, tmp_path / "cdk.out", stack, change)
    notes: list[str] = []

    with pytest.raises((SlipwayError, Refused)) as error:
        use(declared, Enforcement(declared, notes.append), tmp_path)

    assert f"is not authorized to perform: {action}" in str(error.value)
    assert f'"Action": "{action}"' in str(error.value) or isinstance(error.value, AwsError)
    assert notes == []


@pytest.mark.parametrize("use", [capture, call_api, invoke, create_training_job])
def test_nothing_is_denied_by_the_templates_as_they_are(use: Use, dev: Assembly, tmp_path: Path) -> None:
    declared = assembly.load(Path(dev.folder))
    notes: list[str] = []

    use(declared, Enforcement(declared, notes.append), tmp_path)

    assert notes == []


def api(declared: assembly.Assembly, iam: Iam, folder: Path) -> Callable[..., Any]:
    """SageMaker's operations over an assembly of which nothing is served."""
    fleets = Fleets(lambda of: pytest.fail("nothing is to be started"), folder, SAGEMAKER, print)
    of_clients = SageMakerApi(declared, Made(Workspace(folder)), Images.load(), fleets, iam=iam)
    service = of_clients.services()["sagemaker"]
    assert isinstance(service, JsonService)
    return lambda operation, **arguments: service.operations[operation](arguments)


def test_the_job_of_a_client_fails_with_the_reason(dev: Assembly, tmp_path: Path) -> None:
    declared = planted(dev.folder, tmp_path / "cdk.out", TRAINING, without(JOB_POLICY, "s3:GetObject"))
    call = api(declared, Enforcement(declared, print), tmp_path / "build")
    image = next(iter(declared.endpoint("churn").model.containers)).image
    [bucket] = [name for name in declared.names("AWS::S3::Bucket") if "foundation-databucket" in name]
    call(
        "CreateProcessingJob",
        ProcessingJobName="split",
        RoleArn=Rehearsal(declared).role("slipway-dev-churn-training/JobRole").arn,
        AppSpecification={"ImageUri": image, "ContainerEntrypoint": ["python3", "-c", "pass"]},
        ProcessingInputs=[
            {
                "InputName": "rows",
                "S3Input": {
                    "S3Uri": f"s3://{bucket}/churn/input/churn.txt",
                    "S3DataType": "S3Prefix",
                    "LocalPath": "/opt/ml/processing/input",
                },
            }
        ],
        ProcessingResources={
            "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}
        },
    )

    def described() -> Any:
        return call("DescribeProcessingJob", ProcessingJobName="split")

    assert wait_until(lambda: described()["ProcessingJobStatus"] != "InProgress")
    assert described()["ProcessingJobStatus"] == "Failed"
    assert described()["FailureReason"].startswith("ClientError: AccessDenied: User: arn:aws:sts::")
    assert "is not authorized to perform: s3:GetObject" in described()["FailureReason"]


def test_a_role_that_no_template_has_is_named_once_and_decides_nothing(dev: Assembly, tmp_path: Path) -> None:
    declared = assembly.load(Path(dev.folder))
    notes: list[str] = []
    admit = CallersOfApi(Enforcement(declared, notes.append))

    for name in ("one", "two"):
        admit("arn:aws:iam::000000000000:role/mine", "CreateTrainingJob", {"TrainingJobName": name})

    assert notes == [
        "arn:aws:iam::000000000000:role/mine is a role of no template: IAM doesn't decide here what it may do"
    ]


def test_rights_without_which_aws_goes_on_are_named_and_stop_nothing(dev: Assembly, tmp_path: Path) -> None:
    change = without(MODEL_POLICY, "logs:PutLogEvents")
    declared = planted(dev.folder, tmp_path / "cdk.out", SERVING, change)
    notes: list[str] = []

    EndpointPermissions(Enforcement(declared, notes.append), declared.endpoint("churn"), None).start()

    assert [one.partition(" is not")[0].partition(": ")[0] for one in notes] == [
        "denied by IAM, and left out on AWS"
    ] * 4
    assert all(": logs:" in one for one in notes)


def test_policies_that_cannot_be_read_decide_nothing(tmp_path: Path) -> None:
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "No"}]}
        },
    }
    declared = assembly.load(write_assembly(tmp_path, {"Role": role}))
    notes: list[str] = []

    assert enforced(declared, notes.append) is OFF
    assert [one.partition(": ")[0] for one in notes] == [
        "IAM decides nothing here, the policies cannot be read"
    ]
