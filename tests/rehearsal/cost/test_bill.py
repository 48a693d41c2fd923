"""What resources add to the bill: small templates, and prices that are easy to add up."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from assembly_files import write_assembly

import assembly
from rehearsal.cost.bill import SHARED, Bill, bill_of
from rehearsal.cost.by_type import FREE, PRICED
from rehearsal.cost.charges import Per
from rehearsal.cost.prices import Prices

USAGE = {
    "hours": 100,
    "notebook_hours": 10,
    "training_runs": 2,
    "job_minutes": 60,
    "daily_job_minutes": 6,
    "image_builds": 1,
    "image_build_minutes": 5,
    "image_gb": 4,
    "request_ms": 1000,
    "bucket_gb": 10,
    "log_gb": 2,
}
USD = {
    "small": 1.0,
    "large": 3.0,
    "apigateway.request": 4.0,
    "lambda.request": 0.5,
    "lambda.gb-second": 0.000001,
    "wafv2.web-acl": 5.0,
    "wafv2.rule": 1.0,
    "wafv2.request": 0.25,
    "cloudwatch.alarm-metric": 0.5,
    "ec2.interface-endpoint": 0.125,
    "sagemaker.volume": 0.5,
    "codebuild.minute": 0.5,
    "codepipeline.minute": 0.25,
    "s3.standard": 0.5,
    "kms.key": 1.0,
}
OWN = [{"Key": "workload", "Value": "shop"}]


def prices(**usd: float) -> Prices:
    one = {"per": "month", "source": "made up", "date": "2026-01-01", "verified": True}
    price = {key: {"usd": value, **one} for key, value in {**USD, **usd}.items()}
    return Prices.model_validate({"region": "eu-west-1", "usage": USAGE, "price": price})


def billed(folder: Path, resources: Mapping[str, Any]) -> Bill:
    write_assembly(folder, resources)
    return bill_of(assembly.load(folder), prices())


def endpoint(instance_type: str, count: int, most: int | None = None) -> dict[str, Any]:
    variant = {
        "VariantName": "All",
        "ModelName": "m",
        "InstanceType": instance_type,
        "InitialInstanceCount": count,
    }
    config = {"Fn::GetAtt": ["Config", "EndpointConfigName"]}
    target = {"ResourceId": "endpoint/shop/variant/All", "MaxCapacity": most, "MinCapacity": 1}
    scaling = {"Scaling": {"Type": "AWS::ApplicationAutoScaling::ScalableTarget", "Properties": target}}
    return {
        "Config": {
            "Type": "AWS::SageMaker::EndpointConfig",
            "Properties": {"EndpointConfigName": "c", "ProductionVariants": [variant]},
        },
        "Endpoint": {
            "Type": "AWS::SageMaker::Endpoint",
            "Properties": {"EndpointName": "shop", "EndpointConfigName": config, "Tags": OWN},
        },
        **(scaling if most else {}),
    }


@pytest.mark.parametrize(
    ("instances", "month", "most", "second_fleet"),
    [
        (endpoint("small", 2), 200, 200, 2),
        (endpoint("small", 2, most=6), 200, 600, 2),
        (endpoint("large", 1, most=1), 300, 300, 3),
    ],
    ids=["fixed", "scaled", "another type"],
)
def test_an_endpoint_costs_its_instances_all_month(
    tmp_path: Path, instances: Mapping[str, Any], month: float, most: float, second_fleet: float
) -> None:
    bill = billed(tmp_path, instances)
    assert [bill.total(per, "shop") for per in (Per.MONTH, Per.AT_MOST, Per.BLUE_GREEN)] == [
        month,
        most,
        second_fleet,
    ]


def pipeline(purpose: str, *steps: Mapping[str, Any]) -> dict[str, Any]:
    parameters = [{"Name": "Jobs", "Type": "Integer", "DefaultValue": 3}]
    body = json.dumps({"Version": "2020-12-01", "Parameters": parameters, "Steps": steps})
    properties = {
        "PipelineName": purpose,
        "PipelineDefinition": {"PipelineDefinitionBody": body},
        "Tags": [*OWN, {"Key": "purpose", "Value": purpose}],
    }
    return {purpose: {"Type": "AWS::SageMaker::Pipeline", "Properties": properties}}


def training(instances: int = 1, kind: str = "small") -> dict[str, Any]:
    config = {"InstanceCount": instances, "InstanceType": kind}
    return {"Name": "Fit", "Type": "Training", "Arguments": {"ResourceConfig": config}}


PROCESSING = {
    "Name": "Split",
    "Type": "Processing",
    "Arguments": {"ProcessingResources": {"ClusterConfig": {"InstanceCount": 2, "InstanceType": "small"}}},
}
TUNING = {
    "Name": "Tune",
    "Type": "Tuning",
    "Arguments": {
        "HyperParameterTuningJobConfig": {
            "ResourceLimits": {"MaxNumberOfTrainingJobs": {"Get": "Parameters.Jobs"}}
        },
        "TrainingJobDefinition": {"ResourceConfig": {"InstanceCount": 1, "InstanceType": "large"}},
    },
}
CONDITION = {
    "Name": "Good",
    "Type": "Condition",
    "Arguments": {"IfSteps": [training()], "ElseSteps": [{"Name": "Stop", "Type": "Fail", "Arguments": {}}]},
}


@pytest.mark.parametrize(
    ("step", "usd"),
    [(training(), 1), (training(4, "large"), 12), (PROCESSING, 2), (TUNING, 9), (CONDITION, 1)],
    ids=["training", "several instances", "processing", "tuning by a parameter", "in a branch"],
)
def test_a_training_run_costs_the_instances_of_its_jobs(
    tmp_path: Path, step: Mapping[str, Any], usd: float
) -> None:
    bill = billed(tmp_path, pipeline("training", step))
    assert (bill.total(Per.TRAINING, "shop"), bill.total(Per.MONTH, "shop")) == (usd, 2 * usd)


def test_files_are_scored_by_the_run_and_monitoring_runs_every_day(tmp_path: Path) -> None:
    bill = billed(tmp_path, {**pipeline("batch", training()), **pipeline("monitoring", PROCESSING)})
    assert (bill.total(Per.SCORING, "shop"), bill.total(Per.TRAINING, "shop")) == (1, 0)
    # Two instances for a tenth of an hour, thirty times.
    assert bill.total(Per.MONTH, "shop") == pytest.approx(6)


@pytest.mark.parametrize(
    ("kind", "properties", "per", "usd"),
    [
        ("AWS::ApiGateway::RestApi", {}, Per.PREDICTIONS, 4),
        ("AWS::Lambda::Function", {"MemorySize": 2048}, Per.PREDICTIONS, 0.5 + 2),
        ("AWS::WAFv2::WebACL", {"Rules": [{}, {}]}, Per.MONTH, 7),
        ("AWS::WAFv2::WebACL", {"Rules": [{}, {}]}, Per.PREDICTIONS, 0.25),
        ("AWS::CloudWatch::Alarm", {"MetricName": "Errors"}, Per.MONTH, 0.5),
        (
            "AWS::CloudWatch::Alarm",
            {"Metrics": [{"Expression": "a/b"}, {"MetricStat": {}}, {"MetricStat": {}}]},
            Per.MONTH,
            1,
        ),
        ("AWS::EC2::VPCEndpoint", {"VpcEndpointType": "Interface", "SubnetIds": ["a", "b"]}, Per.MONTH, 25),
        ("AWS::EC2::VPCEndpoint", {"VpcEndpointType": "Gateway"}, Per.MONTH, 0),
        (
            "AWS::SageMaker::NotebookInstance",
            {"InstanceType": "small", "VolumeSizeInGB": 20},
            Per.MONTH,
            10 + 10,
        ),
        ("AWS::SageMaker::NotebookInstance", {"InstanceType": "small"}, Per.AT_MOST, 100 + 2.5),
        ("AWS::CodeBuild::Project", {}, Per.MONTH, 3.75),
        ("AWS::S3::Bucket", {}, Per.MONTH, 5),
        ("AWS::KMS::Key", {}, Per.MONTH, 1),
    ],
)
def test_what_a_resource_costs(
    tmp_path: Path, kind: str, properties: Mapping[str, Any], per: Per, usd: float
) -> None:
    bill = billed(tmp_path, {"It": {"Type": kind, "Properties": {**properties, "Tags": OWN}}})
    assert (bill.total(per, "shop"), bill.unpriced) == (pytest.approx(usd), ())


def test_a_function_of_no_workload_answers_no_predictions(tmp_path: Path) -> None:
    bill = billed(tmp_path, {"Empty": {"Type": "AWS::Lambda::Function", "Properties": {}}})
    assert bill.total(Per.PREDICTIONS) == 0


def test_what_belongs_to_no_workload_is_shared(tmp_path: Path) -> None:
    assert billed(tmp_path, {"Key": {"Type": "AWS::KMS::Key"}}).total(Per.MONTH, SHARED) == 1


@pytest.mark.parametrize(
    ("resources", "reason"),
    [
        ({"Queue": {"Type": "AWS::SQS::Queue"}}, "Shop/Queue (AWS::SQS::Queue): no price for this type"),
        (
            endpoint("ml.new.large", 1),
            "Shop/Endpoint (AWS::SageMaker::Endpoint): no price of ml.new.large in prices.toml",
        ),
        (
            {
                "Elsewhere": {
                    "Type": "AWS::SageMaker::Pipeline",
                    "Properties": {"PipelineDefinition": {"PipelineDefinitionS3Location": {}}},
                }
            },
            "Shop/Elsewhere (AWS::SageMaker::Pipeline): its definition is not in the template as text",
        ),
        (
            pipeline("training", {"Name": "Fit", "Type": "Training", "Arguments": {}}),
            "Shop/training (AWS::SageMaker::Pipeline): a step has no 'ResourceConfig'",
        ),
    ],
    ids=["unknown type", "unknown instance type", "definition in S3", "step without instances"],
)
def test_what_has_no_price_is_named_and_in_no_sum(
    tmp_path: Path, resources: Mapping[str, Any], reason: str
) -> None:
    bill = billed(tmp_path, resources)
    assert (bill.unpriced, bill.total(Per.MONTH)) == ((reason,), 0)


def test_every_resource_of_ours_has_a_price_or_is_free(each: Any) -> None:
    assert bill_of(assembly.load(each.folder), Prices.read()).unpriced == ()


def test_no_type_is_both_priced_and_free() -> None:
    assert FREE & PRICED.keys() == set()
