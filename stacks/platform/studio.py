"""Studio: a domain in the environment's network, and in it a JupyterLab space for each of its users."""

from typing import Any

from aws_cdk import CfnOutput, Stack
from aws_cdk.aws_sagemaker import CfnDomain, CfnSpace, CfnUserProfile
from constructs import Construct

from stacks.constructs.access.execution_role import ExecutionRole
from stacks.constructs.access.service_role import allow_without_resource
from stacks.constructs.network.vpc_config import VpcConfig
from stacks.platform.explorer_role import EXPLORES, ExplorerRole, of_sagemaker
from stacks.platform.foundation import Foundation
from stacks.setting_parts import Studio as StudioSettings
from stacks.settings import Settings

STUDIO_LOGS = "/aws/sagemaker/studio"
_APP = ("CreateApp", "DeleteApp", "DescribeApp")
_USER = ("CreatePresignedDomainUrl", "DescribeUserProfile")
_LISTS = ("ListApps", "ListSpaces")
# What the page of Studio and what runs in it call of SageMaker's API.
RUNS_APPS = (*_APP, *_USER, "AddTags", "DescribeDomain", "DescribeSpace", *_LISTS)
_KIND_OF_APP = "SageMaker says how it spells the kind of an app and names it; domain and space are named"


class Studio(Stack):
    """A domain that people enter by IAM, whose apps run in the network of ours and stop when nobody uses
    them, without a file system that would stay when the domain goes.

    Each user has a role that explores the workloads and runs the apps of one private space, and keeps what is
    to last below `studio/<user>/` in the artifact bucket. Who has no role of their own may write logs.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: Settings,
        studio: StudioSettings,
        foundation: Foundation,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, id, **kwargs)
        if foundation.network is None:
            raise ValueError(f"{id}: studio requires network")
        self._name = f"slipway-{settings.env}"
        self._settings = settings
        self._studio = studio
        self._foundation = foundation
        self._domain = self._build_domain(
            foundation.network.vpc_config_of_people(self, "Studio"), foundation.network.vpc_id
        )
        if settings.workbench is None:
            foundation.network.build_sagemaker_api(self, of_sagemaker([*EXPLORES, *RUNS_APPS]))
        # A scope of their own: a user may be called as a construct of the stack is.
        users = Construct(self, "Users")
        for user in studio.users:
            self._build_user(users, user)
        CfnOutput(
            self,
            "DomainId",
            value=self._domain.attr_domain_id,
            description="aws sagemaker create-presigned-domain-url --domain-id ... --user-profile-name ...",
        )

    def _build_domain(self, vpc_config: VpcConfig, vpc_id: str) -> CfnDomain:
        nobody = ExecutionRole(
            self,
            "Role",
            description=f"What somebody without a role of their own may do in Studio of {self._name}",
            log_groups=[STUDIO_LOGS],
            names_source=self._settings.trust_names_source,
        )
        common: dict[str, Any] = {
            "execution_role": nobody.role_arn,
            "security_groups": [vpc_config.security_group_id],
            "jupyter_lab_app_settings": _stopping_when_idle(self._studio.idle_minutes),
        }
        return CfnDomain(
            self,
            "Domain",
            domain_name=self._name,
            auth_mode="IAM",
            app_network_access_type="VpcOnly",
            vpc_id=vpc_id,
            subnet_ids=[*vpc_config.subnet_ids],
            kms_key_id=self._foundation.key.key_arn,
            home_efs_file_system_creation="Disabled",
            tag_propagation="ENABLED",
            default_user_settings=CfnDomain.UserSettingsProperty(**common, auto_mount_home_efs="Disabled"),
            default_space_settings=CfnDomain.DefaultSpaceSettingsProperty(**common),
        )

    def _build_user(self, users: Construct, user: str) -> None:
        scope = Construct(users, "".join(word.capitalize() for word in user.split("-")))
        space = f"{user}-jupyterlab"
        role = self._build_role(scope, user, space)
        profile = CfnUserProfile(
            scope,
            "Profile",
            domain_id=self._domain.attr_domain_id,
            user_profile_name=user,
            user_settings=CfnUserProfile.UserSettingsProperty(execution_role=role.role_arn),
        )
        # What one policy has no room for stands in another of the role's.
        profile.node.add_dependency(role)
        CfnSpace(
            scope,
            "Space",
            domain_id=self._domain.attr_domain_id,
            space_name=space,
            ownership_settings=CfnSpace.OwnershipSettingsProperty(owner_user_profile_name=user),
            space_sharing_settings=CfnSpace.SpaceSharingSettingsProperty(sharing_type="Private"),
            space_settings=CfnSpace.SpaceSettingsProperty(
                app_type="JupyterLab",
                remote_access="DISABLED",
                jupyter_lab_app_settings=CfnSpace.SpaceJupyterLabAppSettingsProperty(
                    default_resource_spec=CfnSpace.ResourceSpecProperty(
                        instance_type=self._studio.instance_type
                    )
                ),
                space_storage_settings=CfnSpace.SpaceStorageSettingsProperty(
                    ebs_storage_settings=CfnSpace.EbsStorageSettingsProperty(
                        ebs_volume_size_in_gb=self._studio.volume_size_gb
                    )
                ),
            ),
        ).add_dependency(profile)

    def _build_role(self, scope: Construct, user: str, space: str) -> ExplorerRole:
        role = ExplorerRole(
            scope,
            "Role",
            description=f"What {user} may do in Studio of {self._name}",
            log_groups=[STUDIO_LOGS],
            settings=self._settings,
            foundation=self._foundation,
            own=f"studio/{user}",
        )
        role.allow_volumes(self._foundation.key)
        domain = self._domain.attr_domain_id
        role.allow((*_APP, "AddTags"), "app", f"{domain}/{space}/*", wide=_KIND_OF_APP)
        role.allow(["DescribeSpace"], "space", f"{domain}/{space}")
        role.allow(_USER, "user-profile", f"{domain}/{user}")
        role.allow(["DescribeDomain"], "domain", domain)
        allow_without_resource(role, of_sagemaker(_LISTS))
        return role


def _stopping_when_idle(minutes: int) -> CfnDomain.JupyterLabAppSettingsProperty:
    """Nobody may set more minutes for a space than the settings have."""
    return CfnDomain.JupyterLabAppSettingsProperty(
        app_lifecycle_management=CfnDomain.AppLifecycleManagementProperty(
            idle_settings=CfnDomain.IdleSettingsProperty(
                lifecycle_management="ENABLED",
                idle_timeout_in_minutes=minutes,
                min_idle_timeout_in_minutes=60,
                max_idle_timeout_in_minutes=minutes,
            )
        )
    )
