"""Where the versions of a workload's models are registered: a model package group for each variant."""

from aws_cdk import RemovalPolicy
from aws_cdk.aws_sagemaker import CfnModelPackageGroup

from stacks.workloads.shared.workload_stack import WorkloadStack, pascal, tag_variant


class PackageGroups:
    """The groups of a stack, each declared when it is first asked for."""

    def __init__(self, stack: WorkloadStack) -> None:
        self._stack = stack
        self._groups: dict[str, CfnModelPackageGroup] = {}

    def of(self, variant: str) -> CfnModelPackageGroup:
        if variant not in self._groups:
            self._groups[variant] = self._build(variant)
        return self._groups[variant]

    def _build(self, variant: str) -> CfnModelPackageGroup:
        stack, suffix = self._stack, f"-{variant}" if variant else ""
        group = CfnModelPackageGroup(
            stack,
            f"{pascal(variant)}Models",
            model_package_group_name=f"{stack.name}{suffix}",
            model_package_group_description=f"Versions of the model of {stack.workload}{suffix}",
        )
        tag_variant(group, variant)
        keeps_data = stack.settings.keeps_data
        group.apply_removal_policy(RemovalPolicy.RETAIN if keeps_data else RemovalPolicy.DESTROY)
        return group
