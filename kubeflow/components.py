"""The steps of the KFP pipeline.

KFP keeps the text of each function in the compiled pipeline and runs it alone in the image: what a function
needs stands in it.
"""

from kfp import dsl

# kubeflow/Dockerfile; `compile.py --image` writes another name into the pipeline.
IMAGE = "slipway-kubeflow-python:1"


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def start(region: str, pipeline_name: str, parameters: dict[str, str], job_id: str) -> str:
    """Start an execution of the SageMaker pipeline, and return its ARN.

    The same run of KFP starts one execution, however often it asks: its token follows from `job_id`.
    """
    import hashlib

    import boto3

    # KFP would make a float of a whole number, which SageMaker refuses.
    if wrong := [name for name, value in parameters.items() if not isinstance(value, str)]:
        raise ValueError(f"expected text for {', '.join(wrong)}: write the number 5 as '5'")
    execution = boto3.client("sagemaker", region_name=region).start_pipeline_execution(
        PipelineName=pipeline_name,
        PipelineParameters=[{"Name": name, "Value": value} for name, value in parameters.items()],
        ClientRequestToken=hashlib.sha256(f"{pipeline_name}{job_id}".encode()).hexdigest(),
    )
    print(f"started {execution['PipelineExecutionArn']}")
    return execution["PipelineExecutionArn"]


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def wait(execution_arn: str, minutes: int, poll_seconds: int) -> str:
    """Wait until the execution has ended, and return its status; one older than so many minutes is stopped.

    The minutes count from the execution's start, so that a retry of this step does not prolong them.
    """
    import datetime
    import hashlib
    import time

    import boto3

    sagemaker = boto3.client("sagemaker", region_name=execution_arn.split(":")[3])
    while True:
        execution = sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution_arn)
        status = execution["PipelineExecutionStatus"]
        if status not in ("Executing", "Stopping"):
            print(f"the execution ended: {status}")
            return status
        age = datetime.datetime.now(datetime.UTC) - execution["CreationTime"]
        if status == "Executing" and age >= datetime.timedelta(minutes=minutes):
            print(f"stopping the execution: it has run for {age}, and may for {minutes} minutes")
            sagemaker.stop_pipeline_execution(
                PipelineExecutionArn=execution_arn,
                ClientRequestToken=hashlib.sha256(execution_arn.encode()).hexdigest(),
            )
        time.sleep(poll_seconds)


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def report(execution_arn: str, status: str, evaluation: str, metrics: dsl.Output[dsl.Metrics]) -> str:
    """Log what the evaluation measured, and return the ARN of the model package that waits for approval.

    A model that is not good enough has metrics and no package: the ARN is empty. Any other failure raises.
    `evaluation` is the S3 URI of the evaluation's JSON, with `*` for the execution's id and for how the name
    of the step goes on.
    """
    import json

    import boto3

    region = execution_arn.split(":")[3]
    sagemaker = boto3.client("sagemaker", region_name=region)
    pages = sagemaker.get_paginator("list_pipeline_execution_steps")
    steps = [
        step
        for page in pages.paginate(PipelineExecutionArn=execution_arn)
        for step in page["PipelineExecutionSteps"]
    ]
    outputs, begin, file = evaluation.split("*")
    for step in steps:
        if not step["StepName"].startswith(begin.strip("/")) or step["StepStatus"] != "Succeeded":
            continue
        # A step whose result is reused has it where an earlier execution wrote it.
        writer = step.get("CacheHitResult", {}).get("SourcePipelineExecutionArn", execution_arn)
        uri = f"{outputs}{writer.split('/')[-1]}/{step['StepName']}{file}"
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        body = boto3.client("s3", region_name=region).get_object(Bucket=bucket, Key=key)["Body"]
        for name, value in sorted(json.load(body).items()):
            if isinstance(value, int | float) and not isinstance(value, bool):
                metrics.log_metric(name, value)

    failed = [step for step in steps if step["StepStatus"] == "Failed"]
    missed = [step for step in failed if "Fail" in step.get("Metadata", {})]
    if status == "Failed" and missed and missed == failed:
        for step in missed:
            print(f"WARNING: no model was registered: {step['Metadata']['Fail']['ErrorMessage']}")
        return ""
    if status != "Succeeded":
        reasons = "; ".join(f"{step['StepName']}: {step.get('FailureReason', '')}" for step in failed)
        raise RuntimeError(f"{execution_arn} ended: {status}. {reasons}")
    for step in steps:
        if "RegisterModel" in step.get("Metadata", {}):
            arn = step["Metadata"]["RegisterModel"]["Arn"]
            package = sagemaker.describe_model_package(ModelPackageName=arn)
            print(f"registered version {package['ModelPackageVersion']}: {package['ModelApprovalStatus']}")
            return arn
    raise RuntimeError(f"{execution_arn} succeeded without registering a model")
