"""Changes of the same kinds that AWS deploys."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from planted_apps import App, adding, setting
from refused_by_services import CHURN, CONFIG, ENDPOINT, FUNCTION

ERRORS: Final = (CHURN, "Endpoint/Errors")


def _half_of_two(app: App) -> None:
    app.properties(CHURN, CONFIG)["ProductionVariants"][0]["InitialInstanceCount"] = 2
    app.properties(CHURN, ENDPOINT)["DeploymentConfig"]["BlueGreenUpdatePolicy"][
        "TrafficRoutingConfiguration"
    ] = {
        "Type": "CANARY",
        "CanarySize": {"Type": "INSTANCE_COUNT", "Value": 1},
        "WaitIntervalInSeconds": 120,
    }


def _nvme_without_key(app: App) -> None:
    config = app.properties(CHURN, CONFIG)
    config["ProductionVariants"][0]["InstanceType"] = "ml.g5.xlarge"
    del config["KmsKeyId"]


def _variables(app: App) -> None:
    app.properties(CHURN, FUNCTION)["Environment"]["Variables"]["LABELS"] = "a" * 3800


def _another_topic_beside(app: App) -> None:
    app.add("foundation", "Second", "SNS::Topic")
    app.template("foundation")["Outputs"]["Second"] = {
        "Value": {"Ref": "Second"},
        "Export": {"Name": "slipway-dev-foundation:Second"},
    }


def _configured_before(app: App) -> None:
    variants = app.properties(CHURN, CONFIG)["ProductionVariants"]
    app.add(CHURN, "Second", "SageMaker::Endpoint", CONFIG, EndpointConfigName={"Ref": "SecondConfig"})
    app.add(CHURN, "SecondConfig", "SageMaker::EndpointConfig", ProductionVariants=variants)


def _rules(*rules: dict[str, Any]) -> Callable[[App], None]:
    lifecycle = {"Rules": [{"Status": "Enabled", **one} for one in rules]}
    return setting("foundation", "DataBucket", LifecycleConfiguration=lifecycle)


def _bucket_and_policy(app: App) -> None:
    app.add("workbench", "Team", "S3::Bucket", BucketName="slipway-team")
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": ["arn:aws:s3:::slipway-team", "arn:aws:s3:::slipway-team/*"],
    }
    document = {"Statement": [statement]}
    app.add("workbench", "Policy", "S3::BucketPolicy", Bucket={"Ref": "Team"}, PolicyDocument=document)


def _subnets(app: App) -> None:
    app.add("workbench", "Net", "EC2::VPC", CidrBlock="10.0.0.0/16")
    for number in range(3):
        block = f"10.0.{number}.0/24"
        app.add("workbench", f"Subnet{number}", "EC2::Subnet", VpcId={"Ref": "Net"}, CidrBlock=block)


def _own_statement(app: App) -> None:
    app.properties("workbench", "Role/DefaultPolicy")["PolicyDocument"]["Statement"].append(
        {"Sid": "ReadData", "Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::a/*"}
    )


def _slow_enough_queue(app: App) -> None:
    app.add(CHURN, "Queue", "SQS::Queue", VisibilityTimeout=150)
    function = {"Ref": app.logical_id(CHURN, FUNCTION)}
    arn = {"Fn::GetAtt": ["Queue", "Arn"]}
    app.add(CHURN, "Mapping", "Lambda::EventSourceMapping", EventSourceArn=arn, FunctionName=function)


def _second_path(app: App) -> None:
    own = app.properties(CHURN, "Service/Api/Api/Default/health")
    app.add(CHURN, "Second", "ApiGateway::Resource", **{**own, "PathPart": "ready"})


def _rate(text: str) -> Callable[[App], None]:
    return adding("workbench", "Rule", "Events::Rule", ScheduleExpression=text)


_TAGGED: Final = {
    "rules": [
        {"rulePriority": 1, "selection": {"tagStatus": "untagged"}, "action": {"type": "expire"}},
        {"rulePriority": 2, "selection": {"tagStatus": "any"}, "action": {"type": "expire"}},
    ]
}

CHANGES: Final[Mapping[str, Callable[[App], None]]] = {
    "the app as it is": lambda app: None,
    "a canary of one of two instances": _half_of_two,
    "NVMe storage without a key": _nvme_without_key,
    "variables of less than 4 KB": _variables,
    "another export": _another_topic_beside,
    "an endpoint after its configuration": _configured_before,
    "infrequent access after 30 days": _rules(
        {
            "ExpirationInDays": 90,
            "Transitions": [{"StorageClass": "STANDARD_IA", "TransitionInDays": 30}],
        }
    ),
    "two rules of two ids": _rules(
        {"Id": "a", "ExpirationInDays": 9}, {"Id": "b", "Prefix": "c/", "ExpirationInDays": 8}
    ),
    "a policy for the bucket and its objects": _bucket_and_policy,
    "subnets beside each other": _subnets,
    "a statement with a Sid": _own_statement,
    "a queue that is slower than its function": _slow_enough_queue,
    "another path": _second_path,
    "a rate of 1 minute": _rate("rate(1 minute)"),
    "a rate of 5 minutes": _rate("rate(5 minutes)"),
    "a cron on weekdays": _rate("cron(0/15 6-18 ? * MON-FRI *)"),
    "a cron on the last day": _rate("cron(0 6 L * ? *)"),
    "a cron on the first Monday": _rate("cron(0 6 ? * 2#1 *)"),
    "a period of five minutes": setting(*ERRORS, Period=300),
    "as many datapoints as periods": setting(*ERRORS, DatapointsToAlarm=3),
    "capacities that meet": setting(CHURN, "Endpoint/Instances", MinCapacity=2),
    "more reserved concurrency": setting(CHURN, FUNCTION, ReservedConcurrentExecutions=100),
    "a function that has 15 minutes": setting(CHURN, FUNCTION, Timeout=900),
    "a larger volume": setting("workbench", "Notebook/Instance", VolumeSizeInGB=50),
    "a parameter of 4 KB": adding("workbench", "Labels", "SSM::Parameter", Type="String", Value="a" * 4096),
    "a FIFO queue": adding("workbench", "Queue", "SQS::Queue", QueueName="orders.fifo", FifoQueue=True),
    "a rule for any tag at the end": adding(
        "workbench",
        "Images",
        "ECR::Repository",
        LifecyclePolicy={"LifecyclePolicyText": json.dumps(_TAGGED)},
    ),
}
