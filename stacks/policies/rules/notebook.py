"""Notebook instances."""

from stacks.policies.rule import Faults, Omission, must_be, rule
from stacks.policies.templates import Resource

_NOTEBOOK = "AWS::SageMaker::NotebookInstance"


@rule(_NOTEBOOK)
def notebook_gives_no_root(notebook: Resource) -> Faults:
    """Who works in a notebook is not root on its instance."""
    yield from must_be(notebook, "RootAccess", "Disabled")


@rule(_NOTEBOOK)
def notebook_runs_a_supported_platform(notebook: Resource) -> Faults:
    """A notebook runs Amazon Linux 2023: its predecessors get no more fixes."""
    if not str(notebook.get("PlatformIdentifier")).startswith("notebook-al2023-"):
        yield "PlatformIdentifier", f"is {notebook.get('PlatformIdentifier')!r}"


@rule(_NOTEBOOK)
def notebook_protects_credentials_and_volume(notebook: Resource) -> Faults:
    """A notebook gives its role's credentials to IMDSv2 only, and encrypts its volume with our key."""
    version = notebook.get("InstanceMetadataServiceConfiguration.MinimumInstanceMetadataServiceVersion")
    if version != "2":
        yield "InstanceMetadataServiceConfiguration", f"allows version {version or 1}"
    if not notebook.get("KmsKeyId"):
        yield "KmsKeyId", "is missing"


@rule(_NOTEBOOK, dev_may_omit=Omission.VPC)
def notebook_stays_in_our_vpc(notebook: Resource) -> Faults:
    """A notebook is in our subnet, behind a security group, without a way of its own to the internet."""
    if not notebook.get("SubnetId") or not notebook.get("SecurityGroupIds"):
        yield "SubnetId", "or SecurityGroupIds is missing"
    yield from must_be(notebook, "DirectInternetAccess", "Disabled")


@rule(_NOTEBOOK)
def notebook_stops_when_idle(notebook: Resource) -> Faults:
    """A notebook has a script of ours that runs whenever it starts: the one that stops it when nobody uses
    it."""
    lifecycle = notebook.templates.target(
        notebook.get("LifecycleConfigName"), "AWS::SageMaker::NotebookInstanceLifecycleConfig"
    )
    if lifecycle is None:
        yield "LifecycleConfigName", "names no declared configuration"
    elif not lifecycle.get("OnStart"):
        yield "LifecycleConfigName", "names a configuration without OnStart"
