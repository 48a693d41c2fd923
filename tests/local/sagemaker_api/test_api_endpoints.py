"""Models, endpoint configurations and endpoints of SageMaker's API, served as those of the template."""

import io
import json
import tarfile
from typing import Any

import pytest
from botocore.exceptions import ClientError
from laptop import BUCKET, ROLE, SERVING_IMAGE, Laptop

WAIT = {"Delay": 0.1, "MaxAttempts": 3000}


def archive(text: str) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        member = tarfile.TarInfo("parameters.txt")
        member.size = len(text)
        tar.addfile(member, io.BytesIO(text.encode()))
    return stream.getvalue()


def container(**environment: str) -> dict[str, Any]:
    return {"Image": SERVING_IMAGE, "Environment": environment}


def configured(
    sagemaker: Any, name: str, *containers: dict[str, Any], capture: Any = None, **model: Any
) -> None:
    """A model of these containers, and an endpoint configuration of the same name."""
    sagemaker.create_model(ModelName=name, ExecutionRoleArn=ROLE, Containers=list(containers), **model)
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": name,
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 1,
    }
    options = {"DataCaptureConfig": capture} if capture else {}
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant], **options)


def served(sagemaker: Any, name: str, config: str) -> dict[str, Any]:
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config)
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=name, WaiterConfig=WAIT)
    return dict(sagemaker.describe_endpoint(EndpointName=name))


def invoke(laptop: Laptop, name: str) -> bytes:
    client = laptop.client("sagemaker-runtime")
    answer = client.invoke_endpoint(EndpointName=name, Body=b"1\n", ContentType="text/csv")
    return bytes(answer["Body"].read())


def test_what_a_client_wants_captured_is_in_its_bucket_when_the_endpoint_is_gone(laptop: Laptop) -> None:
    sagemaker, s3 = laptop.client("sagemaker"), laptop.client("s3")
    capture = {
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{BUCKET}/captures",
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"]},
    }
    configured(sagemaker, "captured", container(TAG="a"), capture=capture)
    served(sagemaker, "captured", "captured")
    assert invoke(laptop, "captured") == b"1,a\n"
    sagemaker.delete_endpoint(EndpointName="captured")
    sagemaker.get_waiter("endpoint_deleted").wait(EndpointName="captured", WaiterConfig=WAIT)
    [found] = s3.list_objects_v2(Bucket=BUCKET, Prefix="captures/captured/AllTraffic/")["Contents"]
    content = s3.get_object(Bucket=BUCKET, Key=found["Key"])["Body"].read()
    assert json.loads(content)["captureData"]["endpointOutput"]["data"] == "1,a\n"


def test_three_containers_answer_one_after_the_other_until_the_endpoint_is_deleted(laptop: Laptop) -> None:
    sagemaker = laptop.client("sagemaker")
    configured(sagemaker, "three", container(TAG="a"), container(TAG="b"), container(TAG="c"))
    endpoint = served(sagemaker, "three", "three")

    assert endpoint["ProductionVariants"][0]["DeployedImages"][0]["SpecifiedImage"] == SERVING_IMAGE
    assert invoke(laptop, "three") == b"1,a,b,c\n"

    sagemaker.delete_endpoint(EndpointName="three")
    sagemaker.get_waiter("endpoint_deleted").wait(EndpointName="three", WaiterConfig=WAIT)
    with pytest.raises(ClientError, match="not found"):
        invoke(laptop, "three")
    sagemaker.delete_endpoint_config(EndpointConfigName="three")
    sagemaker.delete_model(ModelName="three")
    with pytest.raises(ClientError, match="Could not find model"):
        sagemaker.describe_model(ModelName="three")


def test_the_archive_that_a_client_has_uploaded_is_served(laptop: Laptop) -> None:
    sagemaker = laptop.client("sagemaker")
    laptop.client("s3").put_object(Bucket=BUCKET, Key="models/own.tar.gz", Body=archive("uploaded\n"))
    url = f"s3://{BUCKET}/models/own.tar.gz"
    configured(sagemaker, "uploaded", {**container(BEHAVIOR="model"), "ModelDataUrl": url})
    served(sagemaker, "uploaded", "uploaded")

    assert invoke(laptop, "uploaded") == b"uploaded\n"
    sagemaker.delete_endpoint(EndpointName="uploaded")


def test_an_update_replaces_the_model_and_a_bad_one_is_rolled_back(laptop: Laptop) -> None:
    sagemaker = laptop.client("sagemaker")
    for name, variables in {
        "old": {"TAG": "old"},
        "new": {"TAG": "new"},
        "bad": {"BEHAVIOR": "crash_at_start"},
    }.items():
        configured(sagemaker, f"update-{name}", container(**variables))
    served(sagemaker, "updated", "update-old")
    assert invoke(laptop, "updated") == b"1,old\n"

    for config, answer in (("new", b"1,new\n"), ("bad", b"1,new\n")):
        sagemaker.update_endpoint(EndpointName="updated", EndpointConfigName=f"update-{config}")
        sagemaker.get_waiter("endpoint_in_service").wait(EndpointName="updated", WaiterConfig=WAIT)
        assert invoke(laptop, "updated") == answer
    endpoint = sagemaker.describe_endpoint(EndpointName="updated")
    assert endpoint["EndpointConfigName"] == "update-new"
    assert "rolled back" in endpoint["FailureReason"]
    sagemaker.delete_endpoint(EndpointName="updated")


def test_an_endpoint_whose_container_ends_has_failed_and_says_why(laptop: Laptop) -> None:
    sagemaker = laptop.client("sagemaker")
    configured(sagemaker, "crashes", container(BEHAVIOR="crash_at_start"))
    sagemaker.create_endpoint(EndpointName="crashes", EndpointConfigName="crashes")
    endpoint = laptop.wait(
        sagemaker.describe_endpoint, "EndpointStatus", until=("Failed", "InService"), EndpointName="crashes"
    )

    assert endpoint["EndpointStatus"] == "Failed"
    assert "the model cannot be read" in endpoint["FailureReason"]
    sagemaker.delete_endpoint(EndpointName="crashes")


def test_what_the_template_declares_is_listed_and_stays(laptop: Laptop) -> None:
    sagemaker = laptop.client("sagemaker")
    endpoints = sagemaker.list_endpoints(NameContains="slipway-dev-shop", StatusEquals="InService")
    assert [one["EndpointName"] for one in endpoints["Endpoints"]] == ["slipway-dev-shop"]
    endpoint = sagemaker.describe_endpoint(EndpointName="slipway-dev-shop")
    config = sagemaker.describe_endpoint_config(EndpointConfigName=endpoint["EndpointConfigName"])
    model = sagemaker.describe_model(ModelName=config["ProductionVariants"][0]["ModelName"])
    assert [one["ContainerHostname"] for one in model["Containers"]] == ["first"]

    with pytest.raises(ClientError, match="declared by the template") as refused:
        sagemaker.delete_endpoint(EndpointName="slipway-dev-shop")
    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_tags_are_given_with_a_resource_or_afterwards(laptop: Laptop) -> None:
    sagemaker = laptop.client("sagemaker")
    configured(sagemaker, "tagged", container(), Tags=[{"Key": "team", "Value": "a"}])
    arn = sagemaker.describe_model(ModelName="tagged")["ModelArn"]
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "cost center", "Value": "42"}])
    sagemaker.delete_tags(ResourceArn=arn, TagKeys=["team"])

    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "cost center", "Value": "42"}]
