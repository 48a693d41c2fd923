"""Arguments against SageMaker's own model of its API."""

from typing import Any

import pytest

from local.errors import JobError
from local.jobs import shapes

TRANSFORM: dict[str, Any] = {
    "TransformJobName": "job",
    "ModelName": "shop",
    "TransformInput": {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://data/in"}}},
    "TransformOutput": {"S3OutputPath": "s3://data/out"},
    "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
}


def test_what_aws_takes_passes() -> None:
    shapes.check("CreateTransformJob", TRANSFORM)
    client = {"InvocationsTimeoutInSeconds": 3600, "InvocationsMaxRetries": 0}
    shapes.check("CreateTransformJob", {**TRANSFORM, "ModelClientConfig": client, "Environment": {"A": "1"}})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"ModelClientConfig": {"InvocationsTimeoutInSeconds": 3601}},
            r"ModelClientConfig\.InvocationsTimeoutInSeconds is 3601; expected at most 3600",
        ),
        ({"ModelClientConfig": {"InvocationsTimeoutInSeconds": 0}}, "is 0; expected at least 1"),
        (
            {"ModelClientConfig": {"InvocationsMaxRetries": 4}},
            "InvocationsMaxRetries is 4; expected at most 3",
        ),
        ({"ModelClientConfig": {"InvocationsMaxRetries": -1}}, "is -1; expected at least 0"),
        (
            {"ModelClientConfig": {"Timeout": 1}},
            r"ModelClientConfig\.Timeout is an unknown argument; expected one of",
        ),
        ({"ModelClientConfig": {"InvocationsMaxRetries": "1"}}, "is '1'; expected a value of type integer"),
        ({"ModelClientConfig": {"InvocationsMaxRetries": True}}, "is True; expected a value of type integer"),
        ({"ModelClientConfig": []}, r"ModelClientConfig is \[\]; expected an object"),
        ({"DataProcessing": {"InputFilter": "$" * 64}}, "InputFilter is 64 long; expected at most 63"),
        ({"DataProcessing": {"JoinSource": "Output"}}, "JoinSource 'Output' is not one of Input, None"),
        ({"MaxConcurrentTransforms": -1}, "MaxConcurrentTransforms is -1; expected at least 0"),
        ({"BatchStrategy": "Many"}, "BatchStrategy 'Many' is not one of MultiRecord, SingleRecord"),
        ({"ModelName": "a_b"}, "ModelName 'a_b' does not match"),
        ({"Environment": {"A": 1}}, r"Environment\.A is 1; expected a string"),
        ({"TransformOutput": {}}, r"TransformOutput\.S3OutputPath is missing"),
    ],
)
def test_what_aws_refuses_is_refused_by_its_name(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(JobError, match=message):
        shapes.check("CreateTransformJob", {**TRANSFORM, **changes})
