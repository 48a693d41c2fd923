"""A SageMaker model of one container, or of several that answer one after the other."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol, Self

from aws_cdk import aws_iam as iam
from aws_cdk.aws_sagemaker import CfnModel
from constructs import Construct

from stacks.constructs.access.execution_role import ExecutionRole
from stacks.constructs.model.image import Image
from stacks.constructs.model.image_uris import Use
from stacks.constructs.network.vpc_config import VpcConfig

_HOSTNAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")

_SCRIPT = {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Container:
    """One hop: the hostname also names its archive among the trained artifacts, unless `archive_of` names the
    hop whose archive it has, too."""

    hostname: str
    image: Image
    environment: Mapping[str, str] = field(default_factory=dict)
    archive_of: str = ""

    @property
    def archive(self) -> str:
        """The hostname that its archive goes by."""
        return self.archive_of or self.hostname

    @classmethod
    def of_script(cls, hostname: str, image: Image, environment: Mapping[str, str] = _NOTHING) -> Self:
        """A hop in script mode: the image runs `inference.py`, which the archive of the model holds."""
        return cls(hostname, image, {**_SCRIPT, **environment})


class ModelData(Protocol):
    """Where a container's model archive comes from."""

    def bind(self, role: iam.IRole) -> str:
        """The model data URL; the role may read that object afterwards."""
        ...


class InferencePipeline(Construct):
    """The containers in the order given, each with the model data of its hostname, for instances of these
    types. With a VPC config they run in its subnets; either way they make no outbound calls."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        containers: Sequence[Container],
        model_data: Mapping[str, ModelData],
        instance_types: Sequence[str],
        role: ExecutionRole,
        vpc_config: VpcConfig | None = None,
    ) -> None:
        super().__init__(scope, id)
        check_containers(containers)
        self.role = role
        self._model = CfnModel(
            self,
            "Model",
            execution_role_arn=role.role_arn,
            enable_network_isolation=True,
            vpc_config=self._build_vpc_config(vpc_config),
            inference_execution_config=CfnModel.InferenceExecutionConfigProperty(mode="Serial"),
            containers=[
                CfnModel.ContainerDefinitionProperty(
                    container_hostname=container.hostname,
                    image=container.image.bind(self, role, Use("inference", instance_types)),
                    model_data_url=model_data[container.hostname].bind(role),
                    environment=dict(container.environment),
                )
                for container in containers
            ],
        )
        # SageMaker reads images and archives while it creates the model.
        self._model.node.add_dependency(role.policy)

    def _build_vpc_config(self, vpc_config: VpcConfig | None) -> CfnModel.VpcConfigProperty | None:
        if vpc_config is None:
            return None
        vpc_config.grant_attach(self.role)
        return CfnModel.VpcConfigProperty(
            subnets=vpc_config.subnet_ids, security_group_ids=[vpc_config.security_group_id]
        )

    @property
    def model_name(self) -> str:
        return self._model.attr_model_name


def check_containers(containers: Sequence[Container]) -> None:
    """Raises ValueError for what CreateModel would refuse."""
    hostnames = [container.hostname for container in containers]
    if not 1 <= len(containers) <= 15:
        raise ValueError(f"a model has 1 to 15 containers, not {len(containers)}")
    for container in containers:
        if not _HOSTNAME.fullmatch(container.hostname):
            raise ValueError(
                f"{container.hostname!r} is not a hostname: letters, digits and inner hyphens, up to 63"
            )
        if hostnames.count(container.hostname) > 1:
            raise ValueError(f"two containers share the hostname {container.hostname}")
        if len(container.environment) > 100:
            raise ValueError(f"{container.hostname}: more than 100 environment variables")
        for name, value in container.environment.items():
            if len(value) > 1024:
                raise ValueError(f"{container.hostname}: the variable {name} is longer than 1024 characters")
