"""Small templates that the tests of assemblies read."""

from pathlib import Path
from typing import Any

from assembly_files import write_assembly

import assembly


def bucket(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::S3::Bucket", "Properties": properties}


def model(*containers: dict[str, Any]) -> dict[str, Any]:
    return {"Type": "AWS::SageMaker::Model", "Properties": {"Containers": list(containers)}}


def shops(folder: Path, **endpoints: dict[str, Any]) -> assembly.Assembly:
    """Endpoints of one model, by logical id, with these properties."""
    variants = [{"VariantName": "all", "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]}}]
    resources = {
        logical_id: {
            "Type": "AWS::SageMaker::Endpoint",
            "Properties": {"EndpointConfigName": {"Fn::GetAtt": ["Config", "EndpointConfigName"]}, **more},
        }
        for logical_id, more in endpoints.items()
    }
    config = {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"ProductionVariants": variants}}
    write_assembly(folder, {"Model": model({"Image": "i"}), "Config": config, **resources})
    return assembly.load(folder)
