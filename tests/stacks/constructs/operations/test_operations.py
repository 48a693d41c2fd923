"""What people on call have: alarms that are heard, one dashboard, a budget, a way back."""

import json
from typing import Any

import pytest
from assemblies import HOSTNAMES, Assembly
from declared import named, only, resources, statements, text


@pytest.fixture
def serving(each: Assembly) -> Any:
    return each.template("churn-serving")


def alarms(template: Any) -> list[Any]:
    return [one["Properties"] for one in resources(template, "AWS::CloudWatch::Alarm")]


def test_every_alarm_is_heard_when_it_goes_off_and_when_it_is_over(each: Assembly) -> None:
    for stack in ("churn-serving", "churn-training"):
        for alarm in alarms(each.template(stack)):
            [topic] = alarm["AlarmActions"]
            assert "-foundation:" in text(topic)
            assert alarm["OKActions"] == [topic]
            assert alarm["TreatMissingData"] == "notBreaching"
            assert alarm["AlarmDescription"]


def test_endpoint_function_and_api_are_watched(serving: Any) -> None:
    assert {(one["Namespace"], one["MetricName"]) for one in alarms(serving)} == {
        ("AWS/SageMaker", "Invocation5XXErrors"),
        ("AWS/SageMaker", "ModelLatency"),
        ("AWS/SageMaker", "OverheadLatency"),
        ("/aws/sagemaker/Endpoints", "MemoryUtilization"),
        ("/aws/sagemaker/Endpoints", "DiskUtilization"),
        ("AWS/Lambda", "Errors"),
        ("AWS/Lambda", "Throttles"),
        ("AWS/ApiGateway", "4XXError"),
        ("AWS/ApiGateway", "5XXError"),
        ("AWS/Sagemaker/ModelBuildingPipeline", "ExecutionFailed"),
        ("/aws/sagemaker/Endpoints/data-metrics", "violations"),
    }


def test_alarms_and_budget_may_publish_for_this_account_only(each: Assembly) -> None:
    foundation = each.template("foundation")
    policy = only(foundation, "AWS::SNS::TopicPolicy")["Properties"]["PolicyDocument"]["Statement"]
    [publish] = [one for one in policy if one["Effect"] == "Allow"]
    assert set(publish["Principal"]["Service"]) == {"cloudwatch.amazonaws.com", "budgets.amazonaws.com"}
    assert text(publish["Condition"]["StringEquals"]["aws:SourceAccount"]) == "${AWS::AccountId}"
    assert any(one["Effect"] == "Deny" and "Bool" in one["Condition"] for one in policy), "TLS only"


def test_the_topic_is_encrypted_with_a_key_that_its_publishers_may_use(each: Assembly) -> None:
    foundation = each.template("foundation")
    topic = only(foundation, "AWS::SNS::Topic")["Properties"]
    key = named(foundation, topic["KmsMasterKeyId"])
    assert key["Type"] == "AWS::KMS::Key"
    services = {
        service
        for statement in key["Properties"]["KeyPolicy"]["Statement"]
        for service in as_list(statement["Principal"].get("Service", []))
    }
    assert {"cloudwatch.amazonaws.com", "budgets.amazonaws.com"} <= {text(one) for one in services}


def as_list(value: Any) -> list[Any]:
    return [text(one) for one in value] if isinstance(value, list) else [text(value)]


def test_the_budget_counts_what_carries_the_environments_tag(each: Assembly, context: Any) -> None:
    budget = only(each.template("foundation"), "AWS::Budgets::Budget")["Properties"]
    settings = context["environments"][each.env]["operations"]
    assert budget["Budget"]["BudgetLimit"] == {"Amount": settings["monthly_budget_usd"], "Unit": "USD"}
    assert budget["Budget"]["CostFilters"] == {"TagKeyValue": [f"user:environment$slipway-{each.env}"]}
    assert [one["Notification"] for one in budget["NotificationsWithSubscribers"]] == [
        {
            "NotificationType": kind,
            "ComparisonOperator": "GREATER_THAN",
            "Threshold": percent,
            "ThresholdType": "PERCENTAGE",
        }
        for kind, percent in (("ACTUAL", 80), ("FORECASTED", 100))
    ]


def test_the_address_of_the_settings_subscribes(prod: Assembly, dev: Assembly, context: Any) -> None:
    [subscription] = resources(prod.template("foundation"), "AWS::SNS::Subscription")
    expected = context["environments"]["prod"]["operations"]["alarm_email"]
    assert (subscription["Properties"]["Protocol"], subscription["Properties"]["Endpoint"]) == (
        "email",
        expected,
    )
    assert resources(dev.template("foundation"), "AWS::SNS::Subscription") == []


def widgets(template: Any) -> list[Any]:
    body = only(template, "AWS::CloudWatch::Dashboard")["Properties"]["DashboardBody"]
    found: list[Any] = json.loads(text(body))["widgets"]
    return found


def test_the_dashboard_shows_every_stage_of_a_request(serving: Any) -> None:
    rows = [row for one in widgets(serving) for row in one["properties"].get("metrics", [])]
    # A row with a search has nothing but that.
    shown = {(row[0], row[1]) for row in rows if len(row) > 1}
    assert shown >= {("AWS/ApiGateway", name) for name in ("Count", "4XXError", "5XXError", "Latency")} | {
        ("AWS/Lambda", name) for name in ("Errors", "Throttles", "Duration")
    } | {
        ("AWS/SageMaker", name)
        for name in (
            "Invocations",
            "Invocation4XXErrors",
            "Invocation5XXErrors",
            "ModelLatency",
            "OverheadLatency",
        )
    } | {("/aws/sagemaker/Endpoints", name) for name in ("CPUUtilization", "MemoryUtilization")}


def test_the_dashboard_shows_each_containers_latency_by_its_hostname(serving: Any) -> None:
    rows = [row for one in widgets(serving) for row in one["properties"].get("metrics", [])]
    containers = [row[row.index("ContainerName") + 1] for row in rows if "ContainerName" in row]
    assert containers == list(HOSTNAMES)


def test_the_dashboard_shows_the_state_of_every_alarm_of_a_request(serving: Any) -> None:
    [states] = [one for one in widgets(serving) if one["type"] == "alarm"]
    of_requests = [one for one in alarms(serving) if one["MetricName"] != "ExecutionFailed"]
    assert len(states["properties"]["alarms"]) == len(of_requests)


def test_no_two_widgets_cover_each_other(serving: Any) -> None:
    cells = [
        (x, y)
        for one in widgets(serving)
        for x in range(one["x"], one["x"] + one["width"])
        for y in range(one["y"], one["y"] + one["height"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_codedeploy_shifts_the_alias_and_back_on_an_alarm(each: Assembly, context: Any) -> None:
    template = each.template("churn-serving")
    update = only(template, "AWS::Lambda::Alias")["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
    group = named(template, update["DeploymentGroupName"])["Properties"]
    shift = context["environments"][each.env]["api"]["shift"]
    assert group["DeploymentConfigName"] == f"CodeDeployDefault.Lambda{shift}"
    assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
    [alarm] = group["AlarmConfiguration"]["Alarms"]
    assert named(template, alarm["Name"])["Properties"]["MetricName"] == "Errors"


def test_codedeploy_may_touch_this_alias_only(serving: Any) -> None:
    [shifting] = [one for one in statements(serving) if "lambda:UpdateAlias" in as_list(one["Action"])]
    assert text(shifting["Resource"]).endswith(":live")


def test_prod_shifts_a_tenth_first(prod: Assembly) -> None:
    group = only(prod.template("churn-serving"), "AWS::CodeDeploy::DeploymentGroup")["Properties"]
    assert group["DeploymentConfigName"] == "CodeDeployDefault.LambdaCanary10Percent5Minutes"


def test_prods_api_is_behind_a_firewall_that_counts_by_address(prod: Assembly, context: Any) -> None:
    template = prod.template("churn-serving")
    rules = only(template, "AWS::WAFv2::WebACL")["Properties"]["Rules"]
    rate = rules[0]["Statement"]["RateBasedStatement"]
    assert rate["AggregateKeyType"] == "IP"
    assert rate["Limit"] == context["environments"]["prod"]["api"]["firewall_requests_per_5_minutes"]
    association = only(template, "AWS::WAFv2::WebACLAssociation")["Properties"]
    assert "/stages/" in text(association["ResourceArn"])
    logging = only(template, "AWS::WAFv2::LoggingConfiguration")["Properties"]
    assert {one["SingleHeader"]["Name"] for one in logging["RedactedFields"]} == {
        "authorization",
        "x-api-key",
    }


def test_a_failed_execution_of_the_pipeline_is_heard(each: Assembly) -> None:
    training = each.template("churn-training")
    [alarm] = alarms(training)
    assert alarm["MetricName"] == "ExecutionFailed"
    assert alarm["Dimensions"] == [{"Name": "PipelineName", "Value": f"slipway-{each.env}-churn"}]
    assert alarm["Threshold"] == 0


def test_what_a_person_types_or_opens_is_an_output(each: Assembly) -> None:
    outputs = {
        name
        for stack in ("foundation", "churn-training", "churn-serving")
        for name in each.template(stack)["Outputs"]
    }
    for ending in ("AlarmTopic", "DataBucketName", "EndpointName"):
        assert ending in outputs
    for part in ("PipelineName", "DashboardUrl", "ApiUrl"):
        assert any(part in name for name in outputs), part
