"""What starts pipelines besides people: rules of EventBridge, as the settings ask for them."""

from typing import Any

import pytest
from assemblies import Assembly
from declared import allowed, definition, only, resources, text, unmonitored


def rules(template: Any) -> dict[str, Any]:
    """The properties of each rule, by its construct."""
    return {
        logical_id.rstrip("0123456789ABCDEF"): one["Properties"]
        for logical_id, one in template["Resources"].items()
        if one["Type"] == "AWS::Events::Rule"
    }


def given(rule: Any) -> dict[str, str]:
    [target] = rule["Targets"]
    parameters = target["SageMakerPipelineParameters"]["PipelineParameterList"]
    return {one["Name"]: one["Value"] for one in parameters}


def test_nothing_starts_the_training_of_dev(dev: Assembly) -> None:
    assert resources(dev.template("churn-training"), "AWS::Events::Rule") == []


def test_prod_trains_every_week_and_never_takes_an_old_result_for_it(prod: Assembly) -> None:
    rule = rules(prod.template("churn-training"))["ScheduleRule"]
    assert rule["ScheduleExpression"] == "cron(0 3 ? * MON *)"
    assert given(rule) == {"DataVersion": "$.time"}


def test_prod_trains_on_data_that_arrive(prod: Assembly) -> None:
    rule = rules(prod.template("churn-training"))["NewDataRule"]
    pattern = rule["EventPattern"]
    assert (pattern["source"], pattern["detail-type"]) == (["aws.s3"], ["Object Created"])
    [bucket] = pattern["detail"]["bucket"]["name"]
    assert "DataBucket" in text(bucket)
    assert pattern["detail"]["object"] == {
        "key": [{"wildcard": "churn/input/*"}],
        "size": [{"numeric": [">", 0]}],
    }
    assert given(rule) == {"InputKey": "$.detail.object.key", "DataVersion": "$.detail.object.etag"}


def test_a_file_in_the_inbox_is_scored_in_every_environment(each: Assembly) -> None:
    rule = only(unmonitored(each.template("churn-serving")), "AWS::Events::Rule")["Properties"]
    assert rule["EventPattern"]["detail"]["object"]["key"] == [{"wildcard": "batch/in/churn/*.csv"}]
    assert given(rule) == {"InputKey": "$.detail.object.key"}


@pytest.mark.parametrize("stack", ["churn-training", "churn-serving"])
def test_rules_start_their_stacks_pipeline_with_parameters_that_it_has(prod: Assembly, stack: str) -> None:
    template = unmonitored(prod.template(stack))
    parameters = {one["Name"] for one in definition(template)["Parameters"]}
    arns = {text(target["Arn"]) for rule in rules(template).values() for target in rule["Targets"]}
    [pipeline] = [
        logical_id
        for logical_id, one in template["Resources"].items()
        if one["Type"] == "AWS::SageMaker::Pipeline"
    ]
    assert arns == {f"arn:aws:sagemaker:eu-central-1:${{AWS::AccountId}}:pipeline/${{{pipeline}}}"}
    assert allowed(template, "sagemaker:StartPipelineExecution") == arns
    for rule in rules(template).values():
        assert set(given(rule)) <= parameters


def test_the_data_bucket_alone_tells_event_bridge(each: Assembly) -> None:
    telling = {
        logical_id.rstrip("0123456789ABCDEF")
        for logical_id, one in each.template("foundation")["Resources"].items()
        if one["Properties"].get("NotificationConfiguration")
        == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    }
    assert telling == {"DataBucket"}


def test_no_custom_resource_tells_event_bridge(prod: Assembly) -> None:
    kinds = {one["Type"] for one in prod.template("foundation")["Resources"].values()}
    assert not {kind for kind in kinds if kind.startswith("Custom::")}
