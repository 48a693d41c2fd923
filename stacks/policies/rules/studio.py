"""Studio: its domain, the users' profiles and their spaces."""

from stacks.policies.rule import Faults, must_be, rule
from stacks.policies.templates import Json, Resource

_DOMAIN = "AWS::SageMaker::Domain"
_DEFAULTS = ("DefaultUserSettings", "DefaultSpaceSettings")
_IDLE = "JupyterLabAppSettings.AppLifecycleManagement.IdleSettings"


@rule(_DOMAIN)
def studio_stays_in_our_vpc(domain: Resource) -> Faults:
    """What runs in Studio is in our subnets, behind our security group, without a way of its own to the
    internet."""
    yield from must_be(domain, "AppNetworkAccessType", "VpcOnly")
    if not domain.get("VpcId") or not domain.get("SubnetIds"):
        yield "SubnetIds", "or VpcId is missing"
    for defaults in _DEFAULTS:
        if not domain.get(f"{defaults}.SecurityGroups"):
            yield f"{defaults}.SecurityGroups", "is missing"


@rule(_DOMAIN)
def studio_is_entered_by_iam(domain: Resource) -> Faults:
    """Who enters Studio is who IAM says: a presigned URL for one profile, no directory beside it."""
    yield from must_be(domain, "AuthMode", "IAM")


@rule(_DOMAIN)
def studio_encrypts_volumes_with_our_key(domain: Resource) -> Faults:
    """The volumes of Studio's spaces are encrypted with our key."""
    if not domain.get("KmsKeyId"):
        yield "KmsKeyId", "is missing"


@rule(_DOMAIN)
def studio_makes_no_file_system(domain: Resource) -> Faults:
    """A domain makes no file system: it would stay when the domain goes, and bar the VPC's deletion."""
    yield from must_be(domain, "HomeEfsFileSystemCreation", "Disabled")


@rule(_DOMAIN)
def studio_stops_when_idle(domain: Resource) -> Faults:
    """JupyterLab stops when nobody uses it, and nobody can set a longer time than the domain's."""
    for defaults in _DEFAULTS:
        yield from _idle_faults(domain.get(f"{defaults}.{_IDLE}") or {}, f"{defaults}.{_IDLE}")


@rule("AWS::SageMaker::UserProfile")
def studio_user_stops_when_idle(profile: Resource) -> Faults:
    """A profile leaves it to the domain when JupyterLab stops, or stops it, too."""
    own = profile.get(f"UserSettings.{_IDLE}")
    if own is not None:
        yield from _idle_faults(own, f"UserSettings.{_IDLE}")


@rule("AWS::SageMaker::UserProfile")
def studio_user_has_a_role_alone(profile: Resource) -> Faults:
    """A profile has a role that no other has, so that a log says who it was."""
    role = profile.get("UserSettings.ExecutionRole")
    others = (one for one in profile.templates.of_type("AWS::SageMaker::UserProfile") if one is not profile)
    if not role:
        yield "UserSettings.ExecutionRole", "is missing"
    elif any(other.get("UserSettings.ExecutionRole") == role for other in others):
        yield "UserSettings.ExecutionRole", "is another profile's, too"


@rule("AWS::SageMaker::Space")
def studio_space_is_its_users_alone(space: Resource) -> Faults:
    """A space is private, and no editor on another machine connects to it."""
    yield from must_be(space, "SpaceSharingSettings.SharingType", "Private")
    yield from must_be(space, "SpaceSettings.RemoteAccess", "DISABLED")


def _idle_faults(idle: Json, path: str) -> Faults:
    if idle.get("LifecycleManagement") != "ENABLED":
        yield f"{path}.LifecycleManagement", f"is {idle.get('LifecycleManagement')!r}"
    for name in ("IdleTimeoutInMinutes", "MaxIdleTimeoutInMinutes"):
        if not idle.get(name):
            yield f"{path}.{name}", "is missing"
