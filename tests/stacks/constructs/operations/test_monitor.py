"""The monitoring of an endpoint's requests: its job, what starts it, its role, alarm and metrics."""

import json
from typing import Any

import pytest
from assemblies import ROOT, Assembly
from declared import allowed, definition, monitoring, only, resources, statements, steps, text, texts

from stacks.workloads.shared.record import FOLDER, Workload, workloads

CODE = ROOT / "model_code" / "shared" / "monitor"


def leaves_a_baseline(workload: Workload) -> bool:
    """Whether its training describes the data that captures are compared with; its source says so at
    collection, when nothing is synthesized yet."""
    return "self.describe(" in (FOLDER / f"{workload.name}.py").read_text(encoding="utf-8")


MONITORED = [one.name for one in workloads() if leaves_a_baseline(one)]


@pytest.fixture(params=MONITORED)
def workload(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def template(each: Assembly, workload: str) -> Any:
    return monitoring(each.template(f"{workload}-serving"))


def inputs(template: Any) -> dict[str, Any]:
    [step] = steps(template).values()
    return {one["InputName"]: one["S3Input"]["S3Uri"] for one in step["Arguments"]["ProcessingInputs"]}


def parameters(template: Any) -> dict[str, Any]:
    return {one["Name"]: one for one in definition(template)["Parameters"]}


def option(template: Any, name: str) -> Any:
    [step] = steps(template).values()
    arguments = step["Arguments"]["AppSpecification"]["ContainerArguments"]
    return arguments[arguments.index(f"--{name}") + 1]


def test_one_job_reads_what_the_endpoint_captures_each_time_anew(
    each: Assembly, template: Any, workload: str
) -> None:
    pipeline = only(template, "AWS::SageMaker::Pipeline")["Properties"]
    name = f"slipway-{each.env}-{workload}"
    assert pipeline["PipelineName"] == f"{name}-monitor"
    assert {"Key": "purpose", "Value": "monitoring"} in pipeline["Tags"]
    [step] = steps(template).values()
    assert "CacheConfig" not in step
    config = only(each.template(f"{workload}-serving"), "AWS::SageMaker::EndpointConfig")["Properties"]
    destination = text(config["DataCaptureConfig"]["DestinationS3Uri"])
    assert inputs(template)["captures"] == f"{destination}/{name}/AllTraffic"
    assert (option(template, "endpoint"), option(template, "schedule")) == (name, f"{name}-monitor")
    assert step["Arguments"]["NetworkConfig"]["EnableNetworkIsolation"] is True


def test_the_baseline_is_that_of_the_model_that_is_deployed(each: Assembly, workload: str) -> None:
    template = monitoring(each.template(f"{workload}-serving"))
    for name in ("statistics", "constraints"):
        key = text(inputs(template)[name]).rpartition("/")[2]
        asset = each.published(f"{workload}-serving", key)
        assert json.loads(asset.path.read_text(encoding="utf-8"))


def test_a_schedule_says_when_the_time_ends_and_each_time_follows_the_one_before(template: Any) -> None:
    rule = only(template, "AWS::Events::Rule")["Properties"]
    assert rule["ScheduleExpression"] == "rate(1 day)"
    [target] = rule["Targets"]
    assert target["SageMakerPipelineParameters"] == {
        "PipelineParameterList": [{"Name": "EndTime", "Value": "$.time"}]
    }
    defaults = {name: one["DefaultValue"] for name, one in parameters(template).items()}
    assert (defaults["StartTime"], defaults["EndTime"], defaults["LateSeconds"]) == ("PT24H", "now", "600")
    # argparse would take a value that begins with a hyphen for an option.
    assert not any(str(one).startswith("-") for one in defaults.values())


def test_labels_are_read_when_somebody_says_that_there_are_some(template: Any, workload: str) -> None:
    labels = parameters(template)["Labels"]
    assert labels["DefaultValue"] == labels["EnumValues"][0] == inputs(template)["constraints"]
    assert labels["EnumValues"][1].endswith(f"/batch/labels/{workload}")
    assert inputs(template)["labels"] == {"Get": "Parameters.Labels"}


def test_the_role_reads_captures_labels_baseline_and_code_and_writes_results_and_logs(
    template: Any, workload: str
) -> None:
    readable = allowed(template, "s3:GetObject", "MonitorJobRole")
    places = sorted(one.rpartition(":::")[2].partition("/")[2] for one in readable if "cdk-" not in one)
    assert len(places) == 2
    assert places[0] == f"batch/labels/{workload}/*"
    assert places[1].startswith(f"capture/{workload}/slipway-")
    assert {one.rpartition("/")[0].rpartition(":::")[2] for one in readable if "cdk-" in one} == {
        "cdk-hnb659fds-assets-${AWS::AccountId}-eu-central-1"
    }
    [written] = allowed(template, "s3:PutObject", "MonitorJobRole")
    assert written.endswith(f"/{workload}/monitoring/*")
    logs = allowed(template, "logs:PutLogEvents", "MonitorJobRole")
    assert all("/aws/sagemaker/ProcessingJobs" in one for one in logs)
    actions = {action for one in statements(template) for action in texts(one["Action"])}
    assert not [action for action in actions if action.startswith("cloudwatch:") or "*" in action]


def test_an_alarm_and_the_dashboard_tell_of_violations_by_the_jobs_own_metric_names(
    each: Assembly, template: Any, workload: str
) -> None:
    [alarm] = [
        one["Properties"]
        for one in resources(template, "AWS::CloudWatch::Alarm")
        if one["Properties"]["MetricName"] == "violations"
    ]
    source = (CODE / "metric_lines.py").read_text(encoding="utf-8")
    assert f'NAMESPACE = "{alarm["Namespace"]}"' in source
    assert f'VIOLATIONS = "{alarm["MetricName"]}"' in source
    dimensions = {one["Name"]: one["Value"] for one in alarm["Dimensions"]}
    name = f"slipway-{each.env}-{workload}"
    assert dimensions == {"Endpoint": name, "MonitoringSchedule": f"{name}-monitor"}
    assert (alarm["Threshold"], alarm["TreatMissingData"]) == (0, "notBreaching")
    dashboard = only(each.template(f"{workload}-serving"), "AWS::CloudWatch::Dashboard")["Properties"]
    body = json.loads(text(dashboard["DashboardBody"]))
    titles = [one["properties"].get("title") for one in body["widgets"]]
    assert titles[-2:] == ["Requests: violations of the baseline", "Requests: drift of each feature"]
    assert f'MonitoringSchedule="{name}-monitor"' in json.dumps(body).replace("\\", "")


def test_captures_are_encrypted_with_our_key_and_expire(each: Assembly) -> None:
    foundation = each.template("foundation")
    [bucket] = [
        one["Properties"]
        for key, one in foundation["Resources"].items()
        if key.startswith("ArtifactBucket") and one["Type"] == "AWS::S3::Bucket"
    ]
    rules = {one.get("Prefix"): one for one in bucket["LifecycleConfiguration"]["Rules"]}
    assert rules["capture/"]["ExpirationInDays"] > 0
    [default] = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert default["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
