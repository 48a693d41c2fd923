"""Every alarm of every stack against what its description says, in the unit of its metric."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from assemblies import MODELS, STACKS, Assembly
from declared import only, resources, text

from stacks.settings import Settings


class Watched(NamedTuple):
    """What an alarm on a metric is to look like; `of_one` is one of what its description counts, in the
    metric's unit."""

    namespace: str
    statistic: str
    description: str
    of_one: float = 1
    dimensions: tuple[str, ...] = ()


VARIANT = ("EndpointName", "VariantName")
API = ("ApiName", "Stage")
FUNCTION = ("FunctionName",)
WATCHED = {
    # The average of 0 and 1: a share. Latencies are in microseconds.
    "Invocation5XXErrors": Watched(
        "AWS/SageMaker", "Average", r"More than ([\d.]+) % of invocations failed", 0.01, VARIANT
    ),
    "ModelLatency": Watched(
        "AWS/SageMaker", "p99", r"of a hundred took the containers over (\d+) ms", 1000, VARIANT
    ),
    "OverheadLatency": Watched(
        "AWS/SageMaker", "p99", r"added over (\d+) ms to one invocation of a hundred", 1000, VARIANT
    ),
    "MemoryUtilization": Watched(
        "/aws/sagemaker/Endpoints", "Maximum", r"memory is more than (\d+) % full", 1, VARIANT
    ),
    "DiskUtilization": Watched(
        "/aws/sagemaker/Endpoints", "Maximum", r"disk is more than (\d+) % full", 1, VARIANT
    ),
    "violations": Watched(
        "/aws/sagemaker/Endpoints/data-metrics",
        "Maximum",
        r"more than (\d+) violations",
        1,
        ("Endpoint", "MonitoringSchedule"),
    ),
    "Errors": Watched("AWS/Lambda", "Sum", r"failed more than (\d+) times a minute", 1, FUNCTION),
    "Throttles": Watched("AWS/Lambda", "Sum", r"More than (\d+) calls a minute were throttled", 1, FUNCTION),
    "5XXError": Watched("AWS/ApiGateway", "Sum", r"more than (\d+) answers of 5XX a minute", 1, API),
    "4XXError": Watched("AWS/ApiGateway", "Sum", r"More than (\d+) requests a minute were refused", 1, API),
}
# One is enough, so no number is said.
FAILED = Watched("AWS/Sagemaker/ModelBuildingPipeline", "Sum", r"^(\S+) failed", 1, ("PipelineName",))
SERVING = [f"{workload}-serving" for workload in MODELS]


def alarms(template: Any) -> Iterator[Any]:
    for one in resources(template, "AWS::CloudWatch::Alarm"):
        yield one["Properties"]


def dimensions(alarm: Any) -> dict[str, str]:
    return {one["Name"]: text(one["Value"]) for one in alarm["Dimensions"]}


@pytest.mark.parametrize("stack", [stack for stack in STACKS if stack != "workbench"])
def test_an_alarm_goes_off_where_its_description_says(each: Assembly, stack: str) -> None:
    for alarm in alarms(each.template(stack)):
        watched = WATCHED.get(alarm["MetricName"], FAILED)
        assert alarm["Namespace"] == watched.namespace
        assert (alarm.get("Statistic") or alarm["ExtendedStatistic"]) == watched.statistic
        assert tuple(dimensions(alarm)) == watched.dimensions
        assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
        assert "Unit" not in alarm, "a unit that the metric has not would find no data"
        said = re.search(watched.description, alarm["AlarmDescription"])
        assert said, alarm["AlarmDescription"]
        if watched is FAILED:
            assert (alarm["MetricName"], alarm["Threshold"]) == ("ExecutionFailed", 0)
            assert dimensions(alarm) == {"PipelineName": said[1]}
        else:
            assert alarm["Threshold"] == pytest.approx(float(said[1]) * watched.of_one)


@pytest.mark.parametrize("stack", [stack for stack in STACKS if stack != "workbench"])
def test_an_alarm_counts_the_minutes_that_its_description_says(each: Assembly, stack: str) -> None:
    for alarm in alarms(each.template(stack)):
        said = re.search(r", in (\d+) of (\d+) minutes$", alarm["AlarmDescription"])
        assert said, alarm["AlarmDescription"]
        assert alarm["Period"] == 60
        assert (alarm["DatapointsToAlarm"], alarm["EvaluationPeriods"]) == (int(said[1]), int(said[2]))


@pytest.mark.parametrize("workload", MODELS)
def test_an_endpoints_alarms_are_at_the_limits_of_its_settings(
    each: Assembly, workload: str, context: Any
) -> None:
    limits = Settings.from_mapping({**context, "env": each.env}).of(workload).serving.limits
    found = {one["MetricName"]: one for one in alarms(each.template(f"{workload}-serving"))}
    assert found["Invocation5XXErrors"]["Threshold"] == pytest.approx(limits.error_percent / 100)
    assert found["ModelLatency"]["Threshold"] == limits.model_latency_ms * 1000
    assert found["OverheadLatency"]["Threshold"] == limits.overhead_latency_ms * 1000
    assert found["MemoryUtilization"]["Threshold"] == found["DiskUtilization"]["Threshold"] == 90
    for metric in ("Invocation5XXErrors", "ModelLatency", "OverheadLatency", "MemoryUtilization"):
        assert dimensions(found[metric]) == {
            "EndpointName": f"slipway-{each.env}-{workload}",
            "VariantName": "AllTraffic",
        }


@pytest.mark.parametrize("workload", MODELS)
def test_an_endpoint_scales_as_its_settings_say(each: Assembly, workload: str, context: Any) -> None:
    serving = Settings.from_mapping({**context, "env": each.env}).of(workload).serving
    template = each.template(f"{workload}-serving")
    target = only(template, "AWS::ApplicationAutoScaling::ScalableTarget")["Properties"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (
        serving.instance_count,
        serving.scaling.max_instances,
    )
    assert target["ScalableDimension"] == "sagemaker:variant:DesiredInstanceCount"
    assert target["ServiceNamespace"] == "sagemaker"
    policy = only(template, "AWS::ApplicationAutoScaling::ScalingPolicy")["Properties"]
    assert policy["TargetTrackingScalingPolicyConfiguration"] == {
        "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
        "TargetValue": serving.scaling.invocations_per_minute,
        "ScaleOutCooldown": serving.scaling.scale_out_cooldown_seconds,
        "ScaleInCooldown": serving.scaling.scale_in_cooldown_seconds,
    }
    assert serving.scaling.scale_out_cooldown_seconds < serving.scaling.scale_in_cooldown_seconds


@pytest.mark.parametrize("workload", MODELS)
def test_every_alarm_of_a_workload_is_on_its_own_api_and_function(each: Assembly, workload: str) -> None:
    template = each.template(f"{workload}-serving")
    found = {one["MetricName"]: one for one in alarms(template)}
    # What its requests are like is watched where they are rows with a baseline.
    assert set(WATCHED) - {"violations"} <= set(found)
    api = only(template, "AWS::ApiGateway::RestApi")["Properties"]["Name"]
    for metric in ("4XXError", "5XXError"):
        assert dimensions(found[metric])["ApiName"] == api
    functions = [
        f"${{{name}}}"
        for name, one in template["Resources"].items()
        if one["Type"] == "AWS::Lambda::Function"
    ]
    for metric in ("Errors", "Throttles"):
        assert dimensions(found[metric])["FunctionName"] in functions
