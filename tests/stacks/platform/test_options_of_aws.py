"""What neither environment has, with its setting on: Autopilot, MLflow and Model Monitor of AWS, Kubeflow in
clusters of ours and of others, and Studio for two users without a workbench.

One App for all of them, with our rules and cdk-nag's: its synth fails on what is neither met nor
acknowledged.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cfnlint.api
import pytest
from aws_cdk import App, Environment
from declared import allowed, named, only, resources, statements, text, texts
from of_prod import app_of_prod
from request_shapes import Arguments

import assembly
from assembly.manifest import read_stacks
from quality.checks.teardown.expected import why_expected
from quality.checks.teardown.remainder import Kind
from quality.checks.teardown.remainders import remainders
from stacks.constructs.pipeline.autopilot_states import Job
from stacks.constructs.storage.artifact import S3Prefix
from stacks.platform.kubeflow import Kubeflow
from stacks.platform.optional import optional_stacks
from stacks.policies.synth import attach
from stacks.setting_parts import Kubeflow as KubeflowSettings
from stacks.settings import Settings
from stacks.workloads.shared.autopilot import build_autopilot
from stacks.workloads.shared.managed_monitor import build_managed_monitor
from stacks.workloads.shared.record import workloads
from stacks.workloads.shared.workload_stack import WorkloadStack

_PROFILE, _SPACE = "AWS::SageMaker::UserProfile", "AWS::SageMaker::Space"
MONITOR = {
    "schedule": "cron(0 * ? * * *)",
    "instance_type": "ml.m5.large",
    "volume_size_gb": 10,
    "max_runtime_seconds": 3300,
}
KUBEFLOW = {"workload": "emoji", "auto_mode": {"version": "1.36", "deployer": "deployer"}}
CLUSTERS = ("slipway-prod-kubeflow", "of-another-cluster")


@dataclass(frozen=True)
class File:
    """One of the two files of a baseline."""

    prefix: S3Prefix
    name: str

    def bind(self, role: Any) -> str:
        self.prefix.grant_get(role, self.name)
        return f"{self.prefix.uri}/{self.name}"


@dataclass(frozen=True)
class Baseline:
    prefix: S3Prefix

    @property
    def statistics(self) -> File:
        return File(self.prefix, "statistics.json")

    @property
    def constraints(self) -> File:
        return File(self.prefix, "constraints.json")


def workload_stack(app: App, name: str, settings: Settings, options: Mapping[str, Any]) -> WorkloadStack:
    """An empty stack of automl's with these options."""
    automl = next(one for one in workloads() if one.name == "automl")
    env = Environment(region=settings.region)
    stack = WorkloadStack(app, name, workload=automl, settings=settings, images={}, env=env)
    stack.options = {**stack.options, **options}
    return stack


def declare(app: App, common: Mapping[str, Any]) -> None:
    settings, foundation = common["settings"], common["foundation"]
    optional_stacks(app, **common)
    others = KubeflowSettings(workload="churn", cluster="ml")
    Kubeflow(app, "of-another-cluster", kubeflow=others, **common)
    for mode in ("candidates-only", "complete"):
        build_autopilot(
            workload_stack(app, f"autopilot-{mode}", settings, {"autopilot": mode}),
            foundation=foundation,
            target="Churn?",
            problem_type="BinaryClassification",
            metric="F1",
        )
    monitored = workload_stack(app, "monitored", settings, {})
    build_managed_monitor(
        monitored,
        monitored,
        foundation=foundation,
        endpoint="slipway-prod-automl",
        baseline=Baseline(S3Prefix(foundation.artifact_bucket, "automl/baseline")),
    )


@pytest.fixture(scope="module")
def folder(context: Mapping[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    on = {"mlflow": True, "model_monitor": MONITOR, "kubeflow": KUBEFLOW}
    studio = {**context["environments"]["prod"]["studio"], "users": ["ann-lee", "bo"]}
    folder = tmp_path_factory.mktemp("options")
    app, common = app_of_prod(context, folder, workbench=None, studio=studio, **on)
    declare(app, common)
    attach(app, "prod")
    app.synth()
    return folder


@pytest.fixture(scope="module")
def templates(folder: Path) -> Mapping[str, Any]:
    return {one.name: one.template for one in read_stacks(folder)}


def definition(template: Any) -> Any:
    machine = only(template, "AWS::StepFunctions::StateMachine")["Properties"]
    return json.loads(text(machine["DefinitionString"]))


def test_cfn_lint_finds_nothing(folder: Path) -> None:
    config = cfnlint.api.ManualArgs(regions=["eu-central-1"])
    for stack in (*CLUSTERS, "slipway-prod-mlflow", "autopilot-complete", "monitored"):
        found = cfnlint.api.lint((folder / f"{stack}.template.json").read_text(), config=config)
        assert [str(one) for one in found] == [], stack


def test_the_runner_knows_each_type(folder: Path) -> None:
    assert assembly.load(folder).unknown_types == []


def test_what_they_leave_behind_is_known(folder: Path) -> None:
    new = [one for one in remainders(folder) if not one.place.startswith("slipway-prod-foundation")]
    assert [one for one in new if why_expected(one, "prod") is None] == []
    assert any(one.place.startswith("autopilot-complete/") for one in new)
    clusters = {one.kind for one in new if one.place == "slipway-prod-kubeflow/EksCluster9EEA9CA8"}
    assert clusters == {Kind.MADE_IN_CLUSTER, Kind.PROTECTED}


def test_autopilot_that_is_off_declares_nothing(context: Mapping[str, Any], tmp_path: Path) -> None:
    settings = Settings.from_mapping({**context, "env": "prod"})
    app = App(analytics_reporting=False, context=dict(context), outdir=str(tmp_path))
    stack = workload_stack(app, "off", settings, {"autopilot": "off"})
    nothing: Any = None
    build_autopilot(stack, foundation=nothing, target="Churn?", problem_type="", metric="")
    assert stack.node.children == []


@pytest.mark.parametrize(("mode", "alone"), [("candidates-only", True), ("complete", False)])
def test_the_job_is_one_that_sagemaker_takes(templates: Any, mode: str, alone: bool) -> None:
    request = dict(definition(templates[f"autopilot-{mode}"])["States"]["Create"]["Parameters"])
    assert request.pop("AutoMLJobName.$") == "$.Job"
    assert list(Arguments({}).faults("AutoML", request)) == []
    tabular = request["AutoMLProblemTypeConfig"]["TabularJobConfig"]
    assert tabular["Mode"] == "HYPERPARAMETER_TUNING", "ensembling writes no candidates"
    assert tabular["GenerateCandidateDefinitionsOnly"] is alone
    [data] = request["AutoMLJobInputDataConfig"]
    assert data["DataSource"]["S3DataSource"]["S3Uri"].endswith("/automl/input")
    assert request["OutputDataConfig"]["S3OutputPath"].endswith("/automl/autopilot")
    assert {one["Key"] for one in request["Tags"]} == {"environment", "workload"}


def test_a_name_that_leaves_no_room_for_its_digits_is_refused() -> None:
    job = {
        "target": "Churn?",
        "problem_type": "BinaryClassification",
        "metric": "F1",
        "definitions_only": True,
        "max_candidates": 8,
        "max_runtime_seconds": 60,
        "max_job_runtime_seconds": 60,
    }
    with pytest.raises(ValueError, match="19 characters at most"):
        Job(name="a-workload-of-prod-x", **job)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("description", "end"),
    [
        ({"AutoMLJobStatus": "Completed"}, "Completed"),
        ({"AutoMLJobStatus": "Failed", "FailureReason": "no rows"}, "Failed"),
        ({"AutoMLJobStatus": "Failed"}, "FailedSilently"),
        ({"AutoMLJobStatus": "Stopped"}, "Stopped"),
        ({"AutoMLJobStatus": "Stopping"}, "Wait"),
        ({"AutoMLJobStatus": "InProgress"}, "Wait"),
    ],
)
def test_the_machine_waits_until_the_job_has_ended(templates: Any, description: Any, end: str) -> None:
    states = definition(templates["autopilot-complete"])["States"]
    assert [states[one]["Next"] for one in ("Name", "Create", "Wait", "Describe")] == [
        "Create",
        "Wait",
        "Describe",
        "HasEnded",
    ]
    assert chosen(states["HasEnded"], {"Description": description}) == end
    assert end in states


def chosen(choice: Any, state: Any) -> str:
    """The next state by a Choice, of the comparisons that ours has."""

    def holds(rule: Any) -> bool:
        if "And" in rule:
            return all(holds(one) for one in rule["And"])
        value: Any = state
        for name in rule["Variable"].removeprefix("$.").split("."):
            value = value.get(name)
        return value is not None if rule.get("IsPresent") else value == rule["StringEquals"]

    return str(next((rule["Next"] for rule in choice["Choices"] if holds(rule)), choice["Default"]))


def test_the_machine_starts_jobs_of_its_own_name_and_passes_one_role(templates: Any) -> None:
    template = templates["autopilot-complete"]
    [created] = allowed(template, "sagemaker:CreateAutoMLJobV2")
    assert created.endswith(":automl-job/automl-prod-*")
    naming = definition(template)["States"]["Name"]["Parameters"]["Job.$"]
    assert naming.startswith("States.Format('automl-prod-{}'")
    for kind in ("Training", "Processing", "Transform"):
        [arn] = allowed(template, f"sagemaker:Create{kind}Job")
        assert arn.endswith("/automl-pro*"), "Autopilot takes ten characters of the job's name"
    passed = allowed(template, "iam:PassRole")
    assert len(passed) == 1
    assert "JobRole" in passed.pop()


def test_the_machine_logs_encrypted_and_without_what_goes_through_it(templates: Any) -> None:
    template = templates["autopilot-complete"]
    logging = only(template, "AWS::StepFunctions::StateMachine")["Properties"]["LoggingConfiguration"]
    assert (logging["Level"], logging["IncludeExecutionData"]) == ("ALL", False)
    [destination] = logging["Destinations"]
    group = named(template, destination["CloudWatchLogsLogGroup"]["LogGroupArn"])["Properties"]
    assert group["LogGroupName"] == "/aws/vendedlogs/states/slipway-prod-automl-autopilot"
    assert group["KmsKeyId"]
    assert group["RetentionInDays"] == 365


def test_mlflow_keeps_artifacts_below_its_prefix_and_registers_nothing(templates: Any) -> None:
    template = templates["slipway-prod-mlflow"]
    app = only(template, "AWS::SageMaker::MlflowApp")["Properties"]
    assert text(app["ArtifactStoreUri"]).endswith("/mlflow")
    assert app["ModelRegistrationMode"] == "AutoModelRegistrationDisabled"
    for action in ("s3:GetObject", "s3:PutObject"):
        [objects] = allowed(template, action)
        assert objects.endswith("/mlflow/*")
    services = {
        one.partition(":")[0] for statement in statements(template) for one in texts(statement["Action"])
    }
    assert services == {"kms", "s3"}


def test_the_schedule_starts_the_declared_job_by_its_name(templates: Any) -> None:
    template = templates["monitored"]
    schedule = only(template, "AWS::SageMaker::MonitoringSchedule")["Properties"]
    config = schedule["MonitoringScheduleConfig"]
    assert schedule["MonitoringScheduleName"] == "slipway-prod-automl-data-quality"
    assert config["ScheduleConfig"] == {"ScheduleExpression": MONITOR["schedule"]}
    [index, split] = config["MonitoringJobDefinitionName"]["Fn::Select"]
    [separator, arn] = split["Fn::Split"]
    assert (index, separator) == (1, "/")
    job = named(template, arn)
    assert job["Type"] == "AWS::SageMaker::DataQualityJobDefinition"
    assert "JobDefinitionName" not in job["Properties"], "it is replaced at every change"


def test_the_job_reads_captures_and_the_baseline_and_writes_its_own(templates: Any) -> None:
    template = templates["monitored"]
    job = only(template, "AWS::SageMaker::DataQualityJobDefinition")["Properties"]
    baseline = job["DataQualityBaselineConfig"]
    assert text(baseline["StatisticsResource"]["S3Uri"]).endswith("/automl/baseline/statistics.json")
    assert text(baseline["ConstraintsResource"]["S3Uri"]).endswith("/automl/baseline/constraints.json")
    read = {arn.partition("}/")[2] for arn in allowed(template, "s3:GetObject")}
    assert read == {
        "capture/automl/*",
        "automl/baseline/statistics.json",
        "automl/baseline/constraints.json",
    }
    assert {arn.partition("}/")[2] for arn in allowed(template, "s3:PutObject")} == {"automl/model-monitor/*"}
    assert job["DataQualityAppSpecification"]["ImageUri"] == (
        "048819808253.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-model-monitor-analyzer"
    )


def test_without_their_settings_neither_environment_has_them(context: Mapping[str, Any]) -> None:
    for env in ("dev", "prod"):
        settings = Settings.from_mapping({**context, "env": env})
        assert (settings.mlflow, settings.model_monitor) == (False, None)


def test_logs_of_the_machine_go_with_its_stack(templates: Any) -> None:
    groups = resources(templates["autopilot-complete"], "AWS::Logs::LogGroup")
    assert [one["DeletionPolicy"] for one in groups] == ["Retain"], "in prod they outlive it"


def test_each_user_has_a_profile_a_role_and_a_private_space(templates: Mapping[str, Any]) -> None:
    template = templates["slipway-prod-studio"]
    profiles = [one["Properties"] for one in resources(template, _PROFILE)]
    assert [one["UserProfileName"] for one in profiles] == ["ann-lee", "bo"]
    assert len({text(one["UserSettings"]["ExecutionRole"]) for one in profiles}) == 2
    for user, space in zip(("ann-lee", "bo"), resources(template, _SPACE), strict=True):
        properties = space["Properties"]
        assert properties["SpaceName"] == f"{user}-jupyterlab"
        assert properties["OwnershipSettings"] == {"OwnerUserProfileName": user}
        assert properties["SpaceSharingSettings"] == {"SharingType": "Private"}
        assert properties["SpaceSettings"]["RemoteAccess"] == "DISABLED"
        [profile] = [one for one in space["DependsOn"] if template["Resources"][one]["Type"] == _PROFILE]
        assert template["Resources"][profile]["Properties"]["UserProfileName"] == user


def test_a_user_runs_the_apps_of_their_own_space_and_of_no_other(templates: Mapping[str, Any]) -> None:
    for construct, user in (("UsersAnnLee", "ann-lee"), ("UsersBo", "bo")):
        declared = templates["slipway-prod-studio"]["Resources"]
        own = {"Resources": {one: declared[one] for one in declared if one.startswith(construct)}}
        for action in ("CreateApp", "DeleteApp"):
            [arn] = allowed(own, f"sagemaker:{action}")
            assert ":app/${Domain" in arn
            assert arn.endswith(f".DomainId}}/{user}-jupyterlab/*")
        [arn] = allowed(own, "sagemaker:CreatePresignedDomainUrl")
        assert arn.endswith(f"/{user}")
        written = allowed(own, "s3:PutObject")
        assert {arn.partition("}/")[2] for arn in written} == {f"studio/{user}/*"}


def test_studio_without_a_workbench_has_an_endpoint_of_the_api(templates: Mapping[str, Any]) -> None:
    template = templates["slipway-prod-studio"]
    [own] = [one["Properties"] for one in resources(template, "AWS::EC2::VPCEndpoint")]
    assert text(own["ServiceName"]).endswith(".sagemaker.api")
    [statement] = own["PolicyDocument"]["Statement"]
    called = {action for one in statements(template) for action in texts(one["Action"])}
    assert set(statement["Action"]) == {
        one for one in called if one.startswith("sagemaker:") and one != "sagemaker:InvokeEndpoint"
    }
