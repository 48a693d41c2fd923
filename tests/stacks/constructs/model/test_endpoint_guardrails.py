"""The endpoint's deployments: what they wait for, what takes them back, and what survives them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from assemblies import Assembly
from declared import named, only, resources, text

from stacks.setting_parts import Serving


def endpoint(template: Any) -> Any:
    return only(template, "AWS::SageMaker::Endpoint")["Properties"]


def config(template: Any) -> Any:
    return only(template, "AWS::SageMaker::EndpointConfig")["Properties"]


def policy(template: Any) -> Any:
    return endpoint(template)["DeploymentConfig"]["BlueGreenUpdatePolicy"]


def test_two_instances_shift_one_first_and_one_instance_shifts_at_once(dev: Assembly, prod: Assembly) -> None:
    canary = policy(prod.template("churn-serving"))["TrafficRoutingConfiguration"]
    assert canary["Type"] == "CANARY"
    assert canary["CanarySize"] == {"Type": "INSTANCE_COUNT", "Value": 1}
    at_once = policy(dev.template("churn-serving"))["TrafficRoutingConfiguration"]
    assert at_once["Type"] == "ALL_AT_ONCE"
    assert "CanarySize" not in at_once


def test_a_deployment_bakes_keeps_the_old_fleet_a_while_and_has_time_for_both(template: Any) -> None:
    waits = policy(template)["TrafficRoutingConfiguration"]["WaitIntervalInSeconds"]
    keeps = policy(template)["TerminationWaitInSeconds"]
    assert waits >= 60
    assert keeps >= 60
    assert waits + keeps < policy(template)["MaximumExecutionTimeoutInSeconds"]


def test_errors_and_both_latencies_take_a_deployment_back(each: Assembly) -> None:
    template = each.template("churn-serving")
    alarms = endpoint(template)["DeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"]
    watched = [named(template, one["AlarmName"])["Properties"] for one in alarms]
    assert [(one["MetricName"], one.get("Statistic") or one["ExtendedStatistic"]) for one in watched] == [
        ("Invocation5XXErrors", "Average"),
        ("ModelLatency", "p99"),
        ("OverheadLatency", "p99"),
    ]
    for alarm in watched:
        dimensions = {one["Name"]: one["Value"] for one in alarm["Dimensions"]}
        assert dimensions == {"EndpointName": f"slipway-{each.env}-churn", "VariantName": "AllTraffic"}


def test_latencies_are_compared_in_the_microseconds_of_the_metric(template: Any) -> None:
    latency = next(
        one["Properties"]
        for one in resources(template, "AWS::CloudWatch::Alarm")
        if one["Properties"]["MetricName"] == "ModelLatency"
    )
    [milliseconds] = re.findall(r"over (\d+) ms", latency["AlarmDescription"])
    assert latency["Threshold"] == int(milliseconds) * 1000


def test_an_update_keeps_the_size_that_scaling_gave(template: Any) -> None:
    assert endpoint(template)["RetainAllVariantProperties"] is True


def test_the_variant_scales_by_its_load_from_the_instances_that_it_starts_with(each: Assembly) -> None:
    template = each.template("churn-serving")
    target = only(template, "AWS::ApplicationAutoScaling::ScalableTarget")
    [variant] = config(template)["ProductionVariants"]
    assert target["Properties"]["ResourceId"] == f"endpoint/slipway-{each.env}-churn/variant/AllTraffic"
    assert target["Properties"]["MinCapacity"] == variant["InitialInstanceCount"]
    assert target["Properties"]["MinCapacity"] < target["Properties"]["MaxCapacity"]
    assert {template["Resources"][name]["Type"] for name in target["DependsOn"]} == {
        "AWS::SageMaker::Endpoint"
    }
    scaling = only(template, "AWS::ApplicationAutoScaling::ScalingPolicy")["Properties"]
    assert scaling["PolicyType"] == "TargetTrackingScaling"
    assert named(template, scaling["ScalingTargetId"]) is target


def test_prod_never_scales_below_two(prod: Assembly) -> None:
    target = only(prod.template("churn-serving"), "AWS::ApplicationAutoScaling::ScalableTarget")
    assert target["Properties"]["MinCapacity"] >= 2


def test_requests_and_answers_are_captured_with_our_key_and_expire(each: Assembly) -> None:
    capture = config(each.template("churn-serving"))["DataCaptureConfig"]
    assert capture["EnableCapture"] is True
    assert {one["CaptureMode"] for one in capture["CaptureOptions"]} == {"Input", "Output"}
    assert 1 <= capture["InitialSamplingPercentage"] <= 100
    assert "Key" in text(capture["KmsKeyId"])
    assert text(capture["DestinationS3Uri"]).endswith("/capture/churn")
    [expiring] = [
        rule
        for bucket in resources(each.template("foundation"), "AWS::S3::Bucket")
        for rule in bucket["Properties"]["LifecycleConfiguration"]["Rules"]
        if rule.get("Prefix") == "capture/"
    ]
    assert expiring["ExpirationInDays"] >= 1


def test_volumes_are_encrypted_with_our_key(template: Any) -> None:
    assert "Key" in text(config(template)["KmsKeyId"])


def test_an_instance_with_a_disk_of_its_own_takes_no_key(
    synth: Callable[..., Assembly],
) -> None:
    serving = {"instance_type": "ml.m5d.large", "volume_key": "hardware"}
    template = synth("dev", workloads={"churn": {"serving": serving}}).template("churn-serving")
    assert "KmsKeyId" not in config(template)


@pytest.mark.parametrize(
    ("instance_type", "volume_key"), [("ml.g5.xlarge", "ours"), ("ml.m5.large", "hardware")]
)
def test_a_key_that_does_not_fit_the_instance_is_refused(
    context: Any, instance_type: str, volume_key: str
) -> None:
    serving = context["environments"]["dev"]["serving"]
    with pytest.raises(ValueError, match=rf"volume_key must be .* for {instance_type}"):
        Serving.model_validate({**serving, "instance_type": instance_type, "volume_key": volume_key})


def test_the_endpoints_log_group_is_there_before_sagemaker_makes_it(each: Assembly) -> None:
    template = each.template("churn-serving")
    waits_for = [
        template["Resources"][name]["Properties"]
        for name in only(template, "AWS::SageMaker::Endpoint")["DependsOn"]
    ]
    names = [text(one["LogGroupName"]) for one in waits_for if "LogGroupName" in one]
    assert names == [f"/aws/sagemaker/Endpoints/slipway-{each.env}-churn"]
