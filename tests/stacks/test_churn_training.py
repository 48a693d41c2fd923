"""Churn's training stack: the pipeline's definition, and two roles that may do what it asks of them."""

import re
from typing import Any

import pytest
from assemblies import Assembly
from declared import allowed, definition, only, statements, steps, text, texts

from stacks.constructs.references import paths

# What each step takes, by the name under which it takes it.
FLOW = {
    "Split": {"input": "parameter InputData"},
    "Preprocess": {"train": "Split train", "validation": "Split validation"},
    "PreprocessData": {"model": "Preprocess model", "train": "Split train", "validation": "Split validation"},
    "Pca": {"train": "PreprocessData output-train", "validation": "PreprocessData output-validation"},
    "PcaData": {
        "model": "Pca model",
        "train": "PreprocessData output-train",
        "validation": "PreprocessData output-validation",
    },
    "Xgboost": {"train": "PcaData output-train", "validation": "PcaData output-validation"},
    "XgboostScores": {"model": "Xgboost model", "validation": "PcaData output-validation"},
    "Postprocess": {"validation": "XgboostScores output"},
    "ChurnModel": {
        "preprocess": "Preprocess model",
        "pca": "Pca model",
        "xgboost": "Xgboost model",
        "postprocess": "Postprocess model",
    },
    "Score": {"model": "ChurnModel name", "rows": "Split test"},
    "Evaluate": {"labels": "Split labels", "scores": "Score answers"},
}
OUTPUT = re.compile(r"Steps\.(\w+)\.ProcessingOutputConfig\.Outputs\['([\w-]+)'\]\.S3Output\.S3Uri")
PROPERTIES = {
    "Training": {"ModelArtifacts.S3ModelArtifacts": "model"},
    "Model": {"ModelName": "name"},
    "Transform": {"TransformOutput.S3OutputPath": "answers"},
}


@pytest.fixture
def template(each: Assembly) -> Any:
    return each.template("churn-training")


def test_the_pipeline_has_the_name_that_one_types_to_start_it(each: Assembly) -> None:
    pipeline = only(each.template("churn-training"), "AWS::SageMaker::Pipeline")
    assert pipeline["Properties"]["PipelineName"] == f"slipway-{each.env}-churn"


def channels(step: Any) -> dict[str, Any]:
    """The S3 URI of each channel of a training job."""
    return {
        one["ChannelName"]: one["DataSource"]["S3DataSource"]["S3Uri"]
        for one in step["Arguments"]["InputDataConfig"]
    }


def taken(step: Any) -> dict[str, Any]:
    """The references that a step takes by name."""
    arguments = step["Arguments"]
    match step["Type"]:
        case "Processing":
            inputs = {one["InputName"]: one["S3Input"]["S3Uri"] for one in arguments["ProcessingInputs"]}
            return {name: uri for name, uri in inputs.items() if name != "code"}
        case "Training":
            return {name: uri for name, uri in channels(step).items() if name != "code"}
        case "Model":
            return {one["ContainerHostname"]: one["ModelDataUrl"] for one in arguments["Containers"]}
        case _:
            rows = arguments["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]
            return {"model": arguments["ModelName"], "rows": rows}


def resolved(path: str, known: dict[str, Any]) -> str:
    """What a reference names: an output, a property of a step, a parameter; fails where there is none."""
    if path.startswith("Parameters."):
        return f"parameter {path.removeprefix('Parameters.')}"
    if output := OUTPUT.fullmatch(path):
        step, name = output.groups()
        declared = known[step]["Arguments"]["ProcessingOutputConfig"]["Outputs"]
        assert name in {one["OutputName"] for one in declared}
        return f"{step} {name}"
    _, step, attribute = path.split(".", 2)
    return f"{step} {PROPERTIES[known[step]['Type']][attribute]}"


def test_each_step_takes_what_it_needs_from_a_step_before(template: Any) -> None:
    known = steps(template)
    flow = {
        name: {input: resolved(reference["Get"], known) for input, reference in taken(step).items()}
        for name, step in known.items()
    }
    assert flow == FLOW
    assert list(flow) == list(FLOW)


def test_every_reference_resolves(template: Any) -> None:
    known = steps(template)
    parameters = {f"parameter {one['Name']}" for one in definition(template)["Parameters"]}
    for path in paths(list(known.values())):
        if path != "Execution.PipelineExecutionId":
            what = resolved(path, known)
            assert not what.startswith("parameter ") or what in parameters


def test_a_property_file_is_a_file_of_a_declared_output(template: Any) -> None:
    step = steps(template)["Evaluate"]
    [file] = step["PropertyFiles"]
    assert file["FilePath"] == "evaluation.json"
    outputs = step["Arguments"]["ProcessingOutputConfig"]["Outputs"]
    assert file["OutputName"] in {one["OutputName"] for one in outputs}


def test_whoever_starts_the_pipeline_may_bring_data_and_another_split(template: Any) -> None:
    parameters = {one["Name"]: one for one in definition(template)["Parameters"]}
    assert set(parameters) == {"InputData", "SplitSeed"}
    assert parameters["InputData"]["DefaultValue"].endswith("/churn/input/")
    assert parameters["SplitSeed"] == {"Name": "SplitSeed", "Type": "String", "DefaultValue": "1729"}


def image(step: Any) -> str:
    arguments = step["Arguments"]
    key = "AppSpecification" if step["Type"] == "Processing" else "AlgorithmSpecification"
    return str(arguments[key].get("ImageUri") or arguments[key]["TrainingImage"])


def test_each_step_runs_in_the_image_that_will_serve_its_model(template: Any) -> None:
    known = steps(template)
    repositories = {
        name: image(step).partition("/")[2].partition(":")[0]
        for name, step in known.items()
        if step["Type"] in ("Processing", "Training")
    }
    own = repositories["Pca"]
    assert own.endswith("-script-mode")
    assert repositories == {
        "Split": "sagemaker-scikit-learn",
        "Preprocess": "sagemaker-scikit-learn",
        "PreprocessData": "sagemaker-scikit-learn",
        "Pca": own,
        "PcaData": own,
        "Xgboost": "sagemaker-xgboost",
        "XgboostScores": "sagemaker-xgboost",
        "Postprocess": "sagemaker-scikit-learn",
        "Evaluate": "sagemaker-scikit-learn",
    }


def test_script_mode_finds_its_source_in_a_channel_since_an_isolated_container_reaches_no_s3(
    template: Any,
) -> None:
    for name in ("Preprocess", "Pca", "Postprocess"):
        step = steps(template)[name]
        hyperparameters = step["Arguments"]["HyperParameters"]
        archive = channels(step)["code"]
        assert re.fullmatch(r"s3://cdk-[^/]*/[0-9a-f]{64}\.gz", archive)
        assert hyperparameters["sagemaker_program"] == "fit.py"
        folder, _, file_name = hyperparameters["sagemaker_submit_directory"].rpartition("/")
        assert folder == "/opt/ml/input/data/code"
        assert file_name == archive.rpartition("/")[2]
    assert "sagemaker_program" not in steps(template)["Xgboost"]["Arguments"]["HyperParameters"]
    assert "code" not in channels(steps(template)["Xgboost"])


def test_data_channels_say_that_they_are_csv_and_the_source_says_nothing(template: Any) -> None:
    for step in steps(template).values():
        for channel in step["Arguments"].get("InputDataConfig", []):
            expected = None if channel["ChannelName"] == "code" else "text/csv"
            assert channel.get("ContentType") == expected


def test_hyperparameters_are_strings(template: Any) -> None:
    for step in steps(template).values():
        for value in step["Arguments"].get("HyperParameters", {}).values():
            assert isinstance(value, str)


def test_processing_code_runs_from_the_zip_that_is_put_there(template: Any) -> None:
    for step in steps(template).values():
        if step["Type"] != "Processing":
            continue
        arguments = step["Arguments"]
        [code] = [one for one in arguments["ProcessingInputs"] if one["InputName"] == "code"]
        zip_name = code["S3Input"]["S3Uri"].rpartition("/")[2]
        assert arguments["AppSpecification"]["ContainerEntrypoint"] == [
            "python3",
            f"{code['S3Input']['LocalPath']}/{zip_name}",
        ]


def test_every_folder_that_code_is_told_is_an_input_or_an_output_of_the_job(template: Any) -> None:
    for step in steps(template).values():
        if step["Type"] != "Processing":
            continue
        arguments = step["Arguments"]
        folders = {one["S3Input"]["LocalPath"] for one in arguments["ProcessingInputs"]}
        folders |= {one["S3Output"]["LocalPath"] for one in arguments["ProcessingOutputConfig"]["Outputs"]}
        told = arguments["AppSpecification"]["ContainerArguments"]
        assert {one for one in told if isinstance(one, str) and one.startswith("/")} <= folders


def test_the_model_is_the_one_that_is_served(each: Assembly) -> None:
    served = only(each.template("churn-serving"), "AWS::SageMaker::Model")["Properties"]["Containers"]
    trained = steps(each.template("churn-training"))["ChurnModel"]["Arguments"]["Containers"]
    for container, other in zip(trained, served, strict=True):
        assert container["ContainerHostname"] == other["ContainerHostname"]
        assert container["Image"] == text(other["Image"])
        assert container["Environment"] == other["Environment"]


def test_scoring_sends_many_lines_at_a_time_in_small_payloads(template: Any) -> None:
    arguments = steps(template)["Score"]["Arguments"]
    assert arguments["BatchStrategy"] == "MultiRecord"
    assert arguments["MaxPayloadInMB"] == 1
    assert arguments["TransformInput"]["SplitType"] == "Line"
    assert arguments["TransformInput"]["ContentType"] == "text/csv"
    assert arguments["TransformOutput"]["Accept"] == "application/jsonlines"


def outputs(step: Any) -> list[Any]:
    """Where a step writes, as `Std:Join`s."""
    arguments = step["Arguments"]
    processing = arguments.get("ProcessingOutputConfig", {}).get("Outputs", [])
    return [
        *(one["S3Output"]["S3Uri"] for one in processing),
        *(
            arguments[key]["S3OutputPath"]
            for key in ("OutputDataConfig", "TransformOutput")
            if key in arguments
        ),
    ]


def test_every_output_lies_below_the_execution_and_its_step_and_is_encrypted(template: Any) -> None:
    seen = []
    for name, step in steps(template).items():
        for uri in outputs(step):
            prefix, execution, owner, *_ = uri["Std:Join"]["Values"]
            assert prefix.endswith("/churn/training")
            assert execution == {"Get": "Execution.PipelineExecutionId"}
            assert owner == name
            seen.append(str(uri))
        for key in ("ProcessingOutputConfig", "OutputDataConfig", "TransformOutput"):
            if key in step["Arguments"]:
                assert "Key" in step["Arguments"][key]["KmsKeyId"]
    assert len(seen) == len(set(seen)) == 15


def test_what_decides_about_reusing_a_step_does_not_change_with_the_execution(template: Any) -> None:
    for step in steps(template).values():
        for key in ("AppSpecification", "ProcessingInputs", "HyperParameters", "InputDataConfig"):
            assert "Execution.PipelineExecutionId" not in list(paths(step["Arguments"].get(key, {})))


JOBS, STARTS = "PipelineJobRole", "PipelineRole"


def test_jobs_read_the_data_the_code_and_what_other_jobs_wrote(template: Any) -> None:
    code = {
        uri.replace("s3://", "arn:aws:s3:::", 1)
        for step in steps(template).values()
        for uri in re.findall(r"s3://cdk-[^\"']+", str(step))
    }
    objects = allowed(template, "s3:GetObject", JOBS)
    assert code < objects
    assert sorted(one.partition("/")[2] for one in objects - code) == ["churn/input/*", "churn/training/*"]


def test_jobs_write_below_the_pipelines_prefix_only(template: Any) -> None:
    [written] = allowed(template, "s3:PutObject", JOBS)
    assert "ArtifactBucket" in written
    assert written.endswith("/churn/training/*")


def test_jobs_list_only_the_prefixes_that_they_read(template: Any) -> None:
    prefixes = {
        statement["Condition"]["StringLike"]["s3:prefix"]
        for statement in statements(template)
        if "s3:ListBucket" in texts(statement["Action"])
    }
    code = {prefix for prefix in prefixes if re.fullmatch(r"[0-9a-f]{64}\.(zip|gz)\*", prefix)}
    assert prefixes - code == {"churn/input/*", "churn/training/*"}
    assert len(code) == 7


def test_jobs_pull_exactly_the_images_that_the_steps_name(template: Any) -> None:
    named = set()
    for uri in re.findall(r"[^\"' ]+\.dkr\.ecr\.[^\"' ]+", str(definition(template))):
        registry, _, repository = uri.partition("/")
        account = registry.partition(".")[0]
        named.add(f"arn:aws:ecr:eu-central-1:{account}:repository/{repository.partition(':')[0]}")
    assert len(named) == 3
    assert allowed(template, "ecr:BatchGetImage", JOBS) == named


def test_the_key_is_used_through_s3_and_for_volumes_only(template: Any) -> None:
    for statement in statements(template):
        if {"kms:Decrypt", "kms:GenerateDataKey"} & {*texts(statement["Action"])}:
            service = statement["Condition"]["StringEquals"]["kms:ViaService"]
            assert text(service).startswith("s3.eu-central-1.")
        if "kms:CreateGrant" in texts(statement["Action"]):
            assert statement["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}


def test_every_jobs_volume_has_the_key_of_its_results(template: Any) -> None:
    for step in steps(template).values():
        for cluster, output in (
            ("ResourceConfig", "OutputDataConfig"),
            ("TransformResources", "TransformOutput"),
        ):
            if cluster in step["Arguments"]:
                arguments = step["Arguments"]
                assert arguments[cluster]["VolumeKmsKeyId"] == arguments[output]["KmsKeyId"]


def test_in_prod_jobs_and_models_run_in_the_network_and_reach_none(prod: Assembly) -> None:
    for name, step in steps(prod.template("churn-training")).items():
        if step["Type"] in ("Processing", "Training", "Model"):
            network = step["Arguments"].get("NetworkConfig", step["Arguments"])
            assert network["EnableNetworkIsolation"] is True, name
            assert len(network["VpcConfig"]["Subnets"]) == 2, name


def test_what_starts_jobs_may_start_those_of_pipelines_and_pass_the_jobs_role_only(template: Any) -> None:
    for kind, job in (
        ("CreateProcessingJob", "processing-job"),
        ("CreateTrainingJob", "training-job"),
        ("CreateTransformJob", "transform-job"),
        ("CreateModel", "model"),
    ):
        [resource] = allowed(template, f"sagemaker:{kind}", STARTS)
        assert resource == f"arn:aws:sagemaker:eu-central-1:${{AWS::AccountId}}:{job}/pipelines-*"
    [passed] = allowed(template, "iam:PassRole")
    assert "JobRole" in passed
    assert {step["Arguments"].get("RoleArn", passed) for step in steps(template).values()} == {passed}


def test_the_pipelines_policies_are_there_before_the_pipeline(template: Any) -> None:
    waits_for = only(template, "AWS::SageMaker::Pipeline")["DependsOn"]
    kinds = [template["Resources"][logical_id]["Type"] for logical_id in waits_for]
    assert kinds == ["AWS::IAM::Policy"] * 2


def test_jobs_may_start_nothing(template: Any) -> None:
    assert allowed(template, "iam:PassRole", JOBS) == set()
    assert allowed(template, "sagemaker:CreateModel", JOBS) == set()
