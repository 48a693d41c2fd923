"""A small pipeline for the runner's tests: data -> Double (processing) -> Fit (training) -> Shop (model)."""

import json
from pathlib import Path
from typing import Any

from assembly_files import TRAINING_IMAGE, tags, write_assembly

OUTPUTS = {"Std:Join": {"On": "/", "Values": ["s3://data/out", {"Get": "Execution.PipelineExecutionId"}]}}
DOUBLE = """
import json, pathlib, sys
rows, doubled, report = map(pathlib.Path, sys.argv[1:])
text = "".join(file.read_text() for file in rows.iterdir())
(doubled / "rows.csv").write_text(text * 2)
(report / "report.json").write_text(json.dumps({"rows": 2 * text.count("\\n")}))
"""


def get(path: str) -> dict[str, str]:
    return {"Get": path}


def output(step: str, name: str) -> dict[str, str]:
    return get(f"Steps.{step}.ProcessingOutputConfig.Outputs['{name}'].S3Output.S3Uri")


def double(code: str = DOUBLE, **more: Any) -> dict[str, Any]:
    names = ("doubled", "report")
    uris = {name: {"Std:Join": {"On": "/", "Values": [OUTPUTS, name]}} for name in names}
    folders = {name: f"/opt/ml/processing/{name}" for name in ("rows", *names)}
    return {
        "Name": "Double",
        "Type": "Processing",
        "Arguments": {
            "AppSpecification": {
                "ImageUri": TRAINING_IMAGE,
                "ContainerEntrypoint": ["python3", "-c", code],
                "ContainerArguments": list(folders.values()),
            },
            "ProcessingInputs": [
                {
                    "InputName": "rows",
                    "S3Input": {"S3Uri": get("Parameters.InputData"), "LocalPath": folders["rows"]},
                }
            ],
            "ProcessingOutputConfig": {
                "Outputs": [
                    {"OutputName": name, "S3Output": {"S3Uri": uris[name], "LocalPath": folders[name]}}
                    for name in names
                ]
            },
        },
        "PropertyFiles": [{"PropertyFileName": "Report", "OutputName": "report", "FilePath": "report.json"}],
        **more,
    }


def fit(name: str = "Fit", **hyperparameters: Any) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": output("Double", "doubled")}
    return {
        "Name": name,
        "Type": "Training",
        "Arguments": {
            "AlgorithmSpecification": {"TrainingImage": TRAINING_IMAGE, "TrainingInputMode": "File"},
            "HyperParameters": {"behavior": get("Parameters.Behavior"), **hyperparameters},
            "InputDataConfig": [{"ChannelName": "train", "DataSource": {"S3DataSource": source}}],
            "OutputDataConfig": {"S3OutputPath": OUTPUTS},
        },
    }


def model(*steps: str) -> dict[str, Any]:
    return {
        "Name": "Shop",
        "Type": "Model",
        "Arguments": {
            "ExecutionRoleArn": "arn:aws:iam::000000000000:role/r",
            "Containers": [
                {
                    "ContainerHostname": step.lower(),
                    "Image": TRAINING_IMAGE,
                    "ModelDataUrl": get(f"Steps.{step}.ModelArtifacts.S3ModelArtifacts"),
                }
                for step in steps
            ],
        },
    }


def gate(*if_steps: dict[str, Any], otherwise: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    """The condition that Double's report has at least as many rows as the parameter MinimumRows."""
    rows = {"Std:JsonGet": {"PropertyFile": get("Steps.Double.PropertyFiles.Report"), "Path": "rows"}}
    enough = {"Type": "GreaterThanOrEqualTo", "LeftValue": rows, "RightValue": get("Parameters.MinimumRows")}
    arguments = {"Conditions": [enough], "IfSteps": list(if_steps), "ElseSteps": list(otherwise)}
    return {"Name": "Enough", "Type": "Condition", "Arguments": arguments}


def register(*steps: str) -> dict[str, Any]:
    report = {"Std:Join": {"On": "/", "Values": [output("Double", "report"), "report.json"]}}
    return {
        "Name": "Register",
        "Type": "RegisterModel",
        "Arguments": {
            "ModelPackageGroupName": "slipway-dev-shop",
            "ModelApprovalStatus": "PendingManualApproval",
            "ModelMetrics": {"ModelQuality": {"Statistics": {"ContentType": "json", "S3Uri": report}}},
            "InferenceSpecification": {"Containers": model(*steps)["Arguments"]["Containers"]},
        },
    }


def fail(message: str = "too few rows") -> dict[str, Any]:
    return {"Name": "TooFew", "Type": "Fail", "Arguments": {"ErrorMessage": message}}


PARAMETERS = [
    {"Name": "InputData", "Type": "String", "DefaultValue": "s3://data/in"},
    {"Name": "Behavior", "Type": "String", "DefaultValue": "remember"},
    {"Name": "MinimumRows", "Type": "Integer", "DefaultValue": 1},
]


def definition(*steps: dict[str, Any]) -> str:
    return json.dumps({"Version": "2020-12-01", "Parameters": PARAMETERS, "Steps": steps})


def write_pipeline(folder: Path, *steps: dict[str, Any]) -> Path:
    """An assembly: the bucket `data`; a pipeline and a model package group of the workload `shop`."""
    return write_assembly(
        folder,
        {
            "Data": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "data"}},
            "Group": {
                "Type": "AWS::SageMaker::ModelPackageGroup",
                "Properties": {"ModelPackageGroupName": "slipway-dev-shop", "Tags": tags(workload="shop")},
            },
            "Pipeline": {
                "Type": "AWS::SageMaker::Pipeline",
                "Properties": {
                    "PipelineName": "slipway-dev-shop",
                    "PipelineDefinition": {"PipelineDefinitionBody": definition(*steps)},
                    "Tags": tags(workload="shop"),
                },
            },
        },
    )
