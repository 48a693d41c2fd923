"""The setting to have SageMaker's own Model Monitor over what a workload's endpoint captures."""

from constructs import Construct

from stacks.constructs.operations.managed_monitor import ManagedMonitor
from stacks.constructs.storage.artifact import S3Prefix
from stacks.constructs.storage.baseline import Baseline
from stacks.platform.foundation import Foundation
from stacks.workloads.shared.workload_stack import WorkloadStack


def build_managed_monitor(
    scope: Construct,
    stack: WorkloadStack,
    *,
    foundation: Foundation,
    endpoint: str,
    baseline: Baseline | None,
    variant: str = "",
) -> None:
    """The schedule over an endpoint of the stack's, if the settings have `model_monitor`. `baseline` is what
    the model's data were like."""
    if stack.settings.model_monitor is None:
        return
    name, workload = (f"{one}-{variant}" if variant else one for one in (stack.name, stack.workload))
    ManagedMonitor(
        scope,
        "ManagedMonitor",
        name=name,
        endpoint=endpoint,
        settings=stack.settings.model_monitor,
        captures=foundation.captures.below(workload),
        baseline=baseline,
        outputs=S3Prefix(foundation.artifact_bucket, f"{workload}/model-monitor"),
        key=foundation.key,
        vpc_config=foundation.model_vpc_config,
        names_source=stack.settings.trust_names_source,
    )
