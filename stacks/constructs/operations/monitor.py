"""Watches what an endpoint is asked: its captures beside the data that its model was trained on."""

from dataclasses import dataclass

from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.constructs.access.execution_role import ExecutionRole
from stacks.constructs.model.image import Image
from stacks.constructs.network.vpc_config import VpcConfig
from stacks.constructs.operations.alarms import Alarms
from stacks.constructs.operations.metrics import DataMetrics
from stacks.constructs.pipeline.pipeline import Pipeline
from stacks.constructs.pipeline.references import Parameter
from stacks.constructs.pipeline.steps import Cluster, FreshProcessing, PropertyFile
from stacks.constructs.pipeline.trigger import TIME, Schedule, Trigger
from stacks.constructs.storage.artifact import CodeDirectory, S3Prefix
from stacks.constructs.storage.baseline import Baseline
from stacks.setting_parts import Monitoring
from stacks.settings import ROOT

_PROCESSING_LOGS = "/aws/sagemaker/ProcessingJobs"
_CODE = ROOT / "model_code" / "shared" / "monitor"
_REPORT = PropertyFile("Monitoring", "output", "monitoring.json")
# SageMaker puts a capture into the bucket some minutes after the answer.
_LATE_SECONDS = 600


@dataclass(frozen=True)
class Watch:
    """A workload whose requests are rows of CSV, and how its answers are read where labels come later: from
    this score on an answer is a yes."""

    threshold: float = 0.5


class Monitor(Construct):
    """A pipeline of one processing job, on a schedule where the settings have one, that reads the captures of
    a time and writes statistics, violations and a report below `outputs`; an alarm tells of violations.

    The time ends at EndTime and begins at StartTime, an offset such as PT24H or a time; both are earlier by
    LateSeconds. `captures` is where the endpoint's variant puts them, `labels` the prefix of labels that come
    later: Labels is that one, or a place without any, whichever the settings have as the default. The job
    reaches no network: its metrics are lines of its log.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        endpoint: str,
        watch: Watch,
        image: Image,
        cluster: Cluster,
        baseline: Baseline,
        captures: S3Prefix,
        labels: S3Prefix,
        outputs: S3Prefix,
        settings: Monitoring,
        alarms: Alarms,
        vpc_config: VpcConfig | None = None,
        names_source: bool = True,
    ) -> None:
        super().__init__(scope, id)
        role = ExecutionRole(
            self,
            "JobRole",
            description=f"Compares what {endpoint} is asked with what its model was trained on",
            log_groups=[_PROCESSING_LOGS],
            names_source=names_source,
        )
        start = Parameter.string("StartTime", f"PT{settings.window_hours}H")
        end = Parameter.string("EndTime", "now")
        late = Parameter.string("LateSeconds", str(_LATE_SECONDS))
        # An input has to exist: until there are labels, the constraints stand in for them, which hold none.
        constraints = baseline.constraints.bind(role)
        sources = [constraints, labels.uri]
        source = Parameter.choice("Labels", [*reversed(sources)] if settings.labels else sources)
        monitor = FreshProcessing(
            "Monitor",
            image=image,
            code=CodeDirectory(self, "Code", folder=_CODE),
            inputs={
                "captures": captures.uri,
                "statistics": baseline.statistics.bind(role),
                "constraints": constraints,
                "labels": source,
            },
            outputs=[_REPORT.output],
            cluster=cluster,
            options={
                **{"endpoint": endpoint, "schedule": name},
                **{"start": start, "end": end, "late": late, "threshold": f"{watch.threshold:g}"},
            },
            property_files=[_REPORT],
        )
        pipeline = Pipeline(
            self,
            "Pipeline",
            name=name,
            parameters=[start, end, late, source, *cluster.instances.parameters],
            steps=[monitor],
            job_role=role,
            reads=[captures, labels],
            outputs=outputs,
            vpc_config=vpc_config,
            names_source=names_source,
            alarms=alarms,
        )
        if settings.schedule:
            Trigger(self, "Schedule", pipeline=pipeline, occasion=Schedule(settings.schedule, {end: TIME}))
        self.metrics = DataMetrics(endpoint, name)
        self.alarms = [
            alarms.above(
                self,
                "Violations",
                self.metrics.violations,
                0,
                reason=f"What {endpoint} is asked has more than 0 violations of its model's baseline",
                minutes=1,
            )
        ]


def labels_of(bucket: s3.IBucket, workload: str) -> S3Prefix:
    """Where the labels of what a workload's endpoint has answered are put, once they are known."""
    return S3Prefix(bucket, f"batch/labels/{workload}")
