"""A folder with an assembly of fake images, for the commands that serve."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from assembly_files import tags, write_assembly
from runner import Runner

FAKE_IMAGE = Path(__file__).parent / "fake_image"
URI = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/fake:1.0"


def container(hostname: str, **environment: str) -> dict[str, Any]:
    return {"ContainerHostname": hostname, "Image": URI, "Environment": environment}


class Project(Runner):
    """A folder with an assembly and a table of images."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        (folder / "versions.toml").write_text(
            '[images.fake]\nrepository = "fake"\nmodule = "fake_image"\n' + f'path = ["{FAKE_IMAGE}"]\n'
        )

    def declare(
        self,
        *containers: Mapping[str, Any],
        endpoints: Sequence[str] = ("slipway-dev-shop",),
        example: str | None = None,
        answers: str = "any",
        capture: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> None:
        config = {"VariantName": "AllTraffic", "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]}}
        name = {"Fn::GetAtt": ["Config", "EndpointConfigName"]}
        resources = {
            "Model": {"Type": "AWS::SageMaker::Model", "Properties": {"Containers": list(containers)}},
            "Config": {
                "Type": "AWS::SageMaker::EndpointConfig",
                "Properties": {
                    "ProductionVariants": [config],
                    **({"DataCaptureConfig": capture} if capture else {}),
                },
            },
            "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "shop-captures"}},
            "Role": {"Type": "AWS::IAM::Role", "Properties": {}},
            **{
                f"Endpoint{number}": {
                    "Type": "AWS::SageMaker::Endpoint",
                    "Properties": {
                        "EndpointName": endpoint,
                        "EndpointConfigName": name,
                        "Tags": tags(workload=endpoint.rpartition("-")[2], answers=answers),
                    },
                }
                for number, endpoint in enumerate(endpoints)
            },
        }
        outputs = {"Example": {"Value": example, "Export": {"Name": "slipway-dev-shop-example"}}}
        template = {"Outputs": outputs} if example else {}
        write_assembly(self.folder / "cdk.out", resources, template=template, **more)
