"""The option of a workload to have SageMaker's own Autopilot beside its training pipeline."""

from stacks.constructs.pipeline.autopilot import Autopilot
from stacks.constructs.pipeline.autopilot_states import Job
from stacks.constructs.storage.artifact import S3Prefix
from stacks.platform.foundation import Foundation
from stacks.workloads.shared.workload_stack import WorkloadStack

_CANDIDATES = 8
_LONGEST_SECONDS = 4 * 3600


def build_autopilot(
    stack: WorkloadStack, *, foundation: Foundation, target: str, problem_type: str, metric: str
) -> None:
    """The state machine that starts Autopilot's job on the workload's data, unless its option `autopilot` is
    off. The job ends after eight candidates, or four hours."""
    mode = stack.options["autopilot"]
    if mode == "off":
        return
    settings = stack.settings
    Autopilot(
        stack,
        "Autopilot",
        name=stack.name,
        job=Job(
            name=f"{stack.workload}-{settings.env}",
            target=target,
            problem_type=problem_type,
            metric=metric,
            definitions_only=mode == "candidates-only",
            max_candidates=_CANDIDATES,
            max_runtime_seconds=_LONGEST_SECONDS,
            max_job_runtime_seconds=settings.training.max_runtime_seconds,
            tags={"environment": f"slipway-{settings.env}", "workload": stack.workload},
        ),
        data=S3Prefix(foundation.data_bucket, f"{stack.workload}/input"),
        outputs=S3Prefix(foundation.artifact_bucket, f"{stack.workload}/autopilot"),
        key=foundation.key,
        vpc_config=foundation.model_vpc_config,
        logs=foundation.logs,
        names_source=settings.trust_names_source,
    )
