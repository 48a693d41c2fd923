"""Scores every file that is put into a folder of a bucket."""

from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.constructs.model.inference_pipeline import InferencePipeline
from stacks.constructs.operations.alarms import Alarms
from stacks.constructs.pipeline.pipeline import TRANSFORM_LOGS, Pipeline
from stacks.constructs.pipeline.records import CSV_ROWS, Records
from stacks.constructs.pipeline.references import Join, Parameter
from stacks.constructs.pipeline.steps import Instances, Transform
from stacks.constructs.pipeline.trigger import KEY, NewObject, Trigger
from stacks.constructs.storage.artifact import S3Prefix


class BatchScoring(Construct):
    """`batch/in/WORKLOAD/NAME.csv` becomes `batch/out/WORKLOAD/NAME.csv.out`: a line for each line, in order.

    A pipeline with one step sends the file through the deployed model, whose role it may use to read the one
    folder and write the other. `records` says what a line is, how the file's name ends, and of which types
    answers are: of the first, unless whoever starts it by hand wants another (Accept). They may also have
    the answer joined with its line (JoinSource=Input), keep columns or members from the model (InputFilter),
    and choose what is written (OutputFilter).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        model: InferencePipeline,
        bucket: s3.IBucket,
        workload: str,
        instances: Instances,
        records: Records = CSV_ROWS,
        names_source: bool = True,
        alarms: Alarms | None = None,
    ) -> None:
        super().__init__(scope, id)
        # Two folders: a result in the first one would be scored again.
        arrivals, results = (S3Prefix(bucket, f"batch/{way}/{workload}") for way in ("in", "out"))
        model.role.allow_logs([TRANSFORM_LOGS])
        input_key = Parameter.string("InputKey", f"{arrivals.prefix}/rows.{records.suffix}")
        accept = Parameter.choice("Accept", records.answers)
        join = Parameter.choice("JoinSource", ["None", "Input"])
        filters = [Parameter.string(name, "$") for name in ("InputFilter", "OutputFilter")]
        score = Transform(
            "Score",
            model_name=model.model_name,
            data=Join("/", (f"s3://{bucket.bucket_name}", input_key)),
            accept=accept,
            instances=instances,
            output=results.uri,
            join_source=join,
            input_filter=filters[0],
            output_filter=filters[1],
            records=records,
        )
        pipeline = Pipeline(
            self,
            "Pipeline",
            name=name,
            parameters=[input_key, accept, join, *filters, *instances.parameters],
            steps=[score],
            job_role=model.role,
            reads=[arrivals],
            outputs=results,
            names_source=names_source,
            alarms=alarms,
        )
        arrival = NewObject(bucket, f"{arrivals.prefix}/*.{records.suffix}", {input_key: KEY})
        Trigger(self, "NewFile", pipeline=pipeline, occasion=arrival)
