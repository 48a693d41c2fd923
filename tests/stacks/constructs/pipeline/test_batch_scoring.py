"""Batch scoring: a file in one folder of the data bucket, its answers in another, by the deployed model."""

from typing import Any

from assemblies import Assembly
from declared import allowed, definition, only, statements, steps, text, texts, unmonitored


def test_the_pipeline_has_a_name_beside_the_endpoints(each: Assembly) -> None:
    pipeline = only(unmonitored(each.template("churn-serving")), "AWS::SageMaker::Pipeline")["Properties"]
    assert pipeline["PipelineName"] == f"slipway-{each.env}-churn-batch"


def test_its_one_step_sends_the_file_through_the_deployed_model(template: Any) -> None:
    [(name, step)] = steps(template).items()
    assert (name, step["Type"]) == ("Score", "Transform")
    [model] = [
        logical_id
        for logical_id, one in template["Resources"].items()
        if one["Type"] == "AWS::SageMaker::Model"
    ]
    assert step["Arguments"]["ModelName"] == f"${{{model}.ModelName}}"


def test_lines_are_sent_many_at_a_time_in_small_payloads_and_answered_line_by_line(template: Any) -> None:
    arguments = steps(template)["Score"]["Arguments"]
    assert (arguments["BatchStrategy"], arguments["MaxPayloadInMB"]) == ("MultiRecord", 1)
    assert arguments["TransformInput"]["SplitType"] == "Line"
    assert arguments["TransformOutput"]["AssembleWith"] == "Line"


def test_answers_are_csv_as_rows_are_so_that_they_can_be_joined(template: Any) -> None:
    arguments = steps(template)["Score"]["Arguments"]
    parameters = {one["Name"]: one for one in definition(template)["Parameters"]}
    assert arguments["TransformOutput"]["Accept"] == {"Get": "Parameters.Accept"}
    assert arguments["TransformInput"]["ContentType"] == parameters["Accept"]["DefaultValue"] == "text/csv"
    names = ("InputFilter", "JoinSource", "OutputFilter")
    assert arguments["DataProcessing"] == {name: {"Get": f"Parameters.{name}"} for name in names}


def test_whoever_starts_it_names_the_file_and_may_ask_for_scores_or_joined_lines(template: Any) -> None:
    parameters = {one["Name"]: one for one in definition(template)["Parameters"]}
    assert list(parameters) == [
        *("InputKey", "Accept", "JoinSource", "InputFilter", "OutputFilter"),
        *("ScoringInstanceType", "ScoringInstanceCount"),
    ]
    assert parameters["InputKey"]["DefaultValue"] == "batch/in/churn/rows.csv"
    assert parameters["Accept"]["EnumValues"] == ["text/csv", "application/jsonlines"]
    assert parameters["JoinSource"]["DefaultValue"] == "None"
    assert parameters["JoinSource"]["EnumValues"] == ["None", "Input"]
    assert parameters["InputFilter"]["DefaultValue"] == parameters["OutputFilter"]["DefaultValue"] == "$"


def test_the_endpoint_and_the_pipelines_of_a_workload_say_what_it_promises(template: Any) -> None:
    for kind in ("AWS::SageMaker::Endpoint", "AWS::SageMaker::Pipeline"):
        tags = {tag["Key"]: tag["Value"] for tag in only(template, kind)["Properties"]["Tags"]}
        assert tags["answers"] == "one-per-record finite"


def test_a_result_cannot_start_the_pipeline_again(template: Any) -> None:
    arguments = steps(template)["Score"]["Arguments"]
    rule = only(template, "AWS::Events::Rule")["Properties"]["EventPattern"]["detail"]
    bucket, _, folder = arguments["TransformOutput"]["S3OutputPath"].removeprefix("s3://").partition("/")
    assert bucket == text(rule["bucket"]["name"][0])
    [watched] = rule["object"]["key"]
    assert not f"{folder}/".startswith(watched["wildcard"].partition("*")[0])


def test_the_file_is_looked_up_in_the_bucket_that_tells_of_it(template: Any) -> None:
    uri = steps(template)["Score"]["Arguments"]["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]
    rule = only(template, "AWS::Events::Rule")["Properties"]["EventPattern"]["detail"]
    assert uri == {
        "Std:Join": {
            "On": "/",
            "Values": [f"s3://{text(rule['bucket']['name'][0])}", {"Get": "Parameters.InputKey"}],
        }
    }


def test_the_models_role_reads_the_inbox_and_writes_the_outbox(template: Any) -> None:
    read = {one.partition("/")[2] for one in allowed(template, "s3:GetObject", "ExecutionRole")}
    assert "batch/in/churn/*" in read
    assert {one for one in read if "*" in one} == {"batch/in/churn/*"}
    written = {one.partition("/")[2] for one in allowed(template, "s3:PutObject", "ExecutionRole")}
    assert {one for one in written if one.startswith("batch/")} == {"batch/out/churn/*"}
    listed = [
        statement["Condition"]["StringLike"]["s3:prefix"]
        for statement in statements(template)
        if "s3:ListBucket" in texts(statement["Action"])
    ]
    assert listed == [["batch/in/churn", "batch/in/churn/*"]]


def test_what_starts_the_job_may_do_nothing_else(template: Any) -> None:
    jobs = "arn:aws:sagemaker:eu-central-1:${AWS::AccountId}:transform-job/pipelines-*"
    for action in ("CreateTransformJob", "DescribeTransformJob", "StopTransformJob", "AddTags"):
        assert allowed(template, f"sagemaker:{action}", "BatchPipelineRole") == {jobs}
    assert allowed(template, "iam:PassRole") == set()
    assert allowed(template, "s3:GetObject", "BatchPipelineRole") == set()


def test_answers_and_volumes_are_encrypted_with_our_key(template: Any) -> None:
    arguments = steps(template)["Score"]["Arguments"]
    assert "Key" in arguments["TransformOutput"]["KmsKeyId"]
    assert arguments["TransformResources"]["VolumeKmsKeyId"] == arguments["TransformOutput"]["KmsKeyId"]
