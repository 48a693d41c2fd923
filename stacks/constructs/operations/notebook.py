"""A notebook instance that gives nobody more than its role has, and stops when nobody uses it."""

import base64

from aws_cdk import Fn
from aws_cdk import aws_kms as kms
from aws_cdk.aws_sagemaker import CfnNotebookInstance, CfnNotebookInstanceLifecycleConfig
from constructs import Construct

from stacks.constructs.access.execution_role import ExecutionRole
from stacks.constructs.network.vpc_config import VpcConfig
from stacks.policies.acknowledgement import acknowledge
from stacks.setting_parts import Workbench
from stacks.settings import ROOT

NOTEBOOK_LOGS = "/aws/sagemaker/NotebookInstances"
_SOURCE = ROOT / "workbench"
_PLATFORM = "notebook-al2023-v1"
# Of the script as the service takes it, in base64.
_LONGEST_SCRIPT = 16_384
_NO_NETWORK = (
    "an environment without a network of ours: then only the service's network is left, which has one"
)


class Notebook(Construct):
    """An instance without root, with IMDSv2 and a volume that is encrypted with the key.

    With a VPC config it is in the first of its subnets and has no way to the internet. Without one it is in
    the service's network, and has. The role must be allowed to
    stop it.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        settings: Workbench,
        role: ExecutionRole,
        key: kms.IKey,
        vpc_config: VpcConfig | None,
    ) -> None:
        super().__init__(scope, id)
        role.allow_volumes(key)
        if vpc_config:
            vpc_config.grant_attach(role)
        script = Fn.base64(on_start(settings.idle_minutes))
        lifecycle = CfnNotebookInstanceLifecycleConfig(
            self,
            "Lifecycle",
            on_start=[
                CfnNotebookInstanceLifecycleConfig.NotebookInstanceLifecycleHookProperty(content=script)
            ],
        )
        instance = CfnNotebookInstance(
            self,
            "Instance",
            notebook_instance_name=name,
            instance_type=settings.instance_type,
            volume_size_in_gb=settings.volume_size_gb,
            platform_identifier=_PLATFORM,
            role_arn=role.role_arn,
            kms_key_id=key.key_arn,
            root_access="Disabled",
            instance_metadata_service_configuration={"minimumInstanceMetadataServiceVersion": "2"},
            lifecycle_config_name=lifecycle.attr_notebook_instance_lifecycle_config_name,
            direct_internet_access="Disabled" if vpc_config else "Enabled",
            subnet_id=vpc_config.subnet_ids[0] if vpc_config else None,
            security_group_ids=[vpc_config.security_group_id] if vpc_config else None,
        )
        # It starts as soon as it is created; what one policy has no room for stands in another of the role's.
        instance.node.add_dependency(role)
        if vpc_config is None:
            _accept_the_services_network(instance)


def on_start(minutes: int) -> str:
    """The script that runs whenever the instance starts.

    Raises ValueError when it is longer than the service takes.
    """
    program = (_SOURCE / "stop_when_idle.py").read_text().rstrip()
    script = (_SOURCE / "on-start.sh").read_text().replace("@MINUTES@", str(minutes))
    script = script.replace("@PROGRAM@", program)
    if (length := len(base64.b64encode(script.encode()))) > _LONGEST_SCRIPT:
        raise ValueError(f"{_SOURCE}: {length} characters of script, the service takes {_LONGEST_SCRIPT}")
    return script


def _accept_the_services_network(instance: CfnNotebookInstance) -> None:
    for finding in (
        "AwsSolutions-SM1",
        "AwsSolutions-SM3",
        "NIST.800.53.R5-SageMakerNotebookNoDirectInternetAccess",
    ):
        acknowledge(instance, finding, _NO_NETWORK)
