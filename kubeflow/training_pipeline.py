"""The KFP pipeline that has SageMaker train a model: start, wait, report."""

from typing import NamedTuple

from components import report, start, wait
from kfp import dsl


class Outputs(NamedTuple):
    package_arn: str
    metrics: dsl.Metrics


@dsl.pipeline(
    name="slipway-training",
    description="Has SageMaker run a training pipeline of Slipway's, and reports what came of it.",
)
def training(  # noqa: PLR0917 - KFP passes them by name
    region: str,
    pipeline_name: str,
    evaluation: str,
    parameters: dict[str, str] = {},  # noqa: B006 - KFP takes the default from the signature
    minutes: int = 1440,
    poll_seconds: int = 30,
) -> Outputs:
    """Starts the SageMaker pipeline with the parameters, those of its own names, and waits for its end, or
    stops it after so many minutes.

    The outputs are the metrics of the evaluation, which lies at that S3 URI with `*` for the execution's id,
    and the ARN of the model package that waits for a person's approval, or nothing when the model is not
    good enough.
    """
    started = start(
        region=region,
        pipeline_name=pipeline_name,
        parameters=parameters,
        job_id=dsl.PIPELINE_JOB_ID_PLACEHOLDER,
    )
    ended = wait(execution_arn=started.output, minutes=minutes, poll_seconds=poll_seconds)
    reported = report(execution_arn=started.output, status=ended.output, evaluation=evaluation)
    for step in (started, ended, reported):
        # What an earlier run was told is not what this one started.
        step.set_caching_options(False)
    for step in (started, ended):
        step.set_retry(num_retries=3, backoff_duration="5s", backoff_factor=2, backoff_max_duration="60s")
    return Outputs(package_arn=reported.outputs["Output"], metrics=reported.outputs["metrics"])
