"""How the jobs of churn's pipeline run: outputs, volumes, network, reuse of results, spot, attempts."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from assemblies import Assembly
from declared import steps, text

from stacks.constructs.pipeline.references import paths


@pytest.fixture
def template(each: Assembly) -> Any:
    return each.template("churn-training")


def of_types(template: Any, *types: str) -> dict[str, Any]:
    return {name: step for name, step in steps(template).items() if step["Type"] in types}


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
    assert len(seen) == len(set(seen)) == 17


def instances(step: Any) -> Any:
    arguments = step["Arguments"]
    found = arguments.get("ResourceConfig") or arguments.get("TransformResources")
    return found or arguments["ProcessingResources"]["ClusterConfig"]


def test_every_volume_is_encrypted_with_the_key_of_the_outputs(template: Any) -> None:
    for step in of_types(template, "Processing", "Training", "Transform").values():
        assert "Key" in instances(step)["VolumeKmsKeyId"]


@pytest.fixture(scope="module")
def otherwise(context: Mapping[str, Any], synth: Callable[..., Assembly]) -> Any:
    """The template of dev where jobs run on instances with a disk of their own, and on demand."""
    environments = context["environments"]
    training = {
        **environments["dev"]["training"],
        "instance_types": ["ml.m5d.large", "ml.c5d.xlarge"],
        "spot": False,
    }
    settings = {**environments, "dev": {**environments["dev"], "training": training}}
    return synth("dev", environments=settings).template("churn-training")


def test_instances_with_a_local_disk_get_no_key_for_it(otherwise: Any) -> None:
    for step in of_types(otherwise, "Processing", "Training").values():
        assert "VolumeKmsKeyId" not in instances(step)
    assert "VolumeKmsKeyId" in instances(steps(otherwise)["Score"])


def network(step: Any) -> Any:
    return step["Arguments"].get("NetworkConfig", step["Arguments"])


def test_no_job_reaches_the_network(template: Any) -> None:
    for step in of_types(template, "Processing", "Training", "Model").values():
        assert network(step)["EnableNetworkIsolation"] is True


def test_in_prod_jobs_and_models_run_in_two_subnets_and_encrypt_what_instances_say(prod: Assembly) -> None:
    template = prod.template("churn-training")
    for step in of_types(template, "Processing", "Training", "Model").values():
        assert len(network(step)["VpcConfig"]["Subnets"]) == 2
    for step in of_types(template, "Processing", "Training").values():
        assert network(step)["EnableInterContainerTrafficEncryption"] is True


def test_in_dev_they_run_in_no_network_of_ours(dev: Assembly) -> None:
    for step in of_types(dev.template("churn-training"), "Processing", "Training", "Model").values():
        assert "VpcConfig" not in network(step)


def test_results_of_processing_and_training_are_reused_for_a_month(template: Any) -> None:
    for name, step in steps(template).items():
        reused = step["Type"] in ("Processing", "Training")
        assert step.get("CacheConfig") == ({"Enabled": True, "ExpireAfter": "P30D"} if reused else None), name


# Per AWS's guide, "Default cache key attributes by pipeline step type".
REUSE_KEY = (
    "AppSpecification",
    "Environment",
    "ProcessingInputs",
    "AlgorithmSpecification",
    "CheckpointConfig",
    "HyperParameters",
    "InputDataConfig",
)


def test_what_decides_about_reusing_a_step_does_not_change_with_the_execution(template: Any) -> None:
    for step in of_types(template, "Processing", "Training").values():
        for key in REUSE_KEY:
            assert "Execution.PipelineExecutionId" not in list(paths(step["Arguments"].get(key, {})))


def test_other_data_under_the_same_key_run_the_pipeline_anew(template: Any) -> None:
    deciding = {key: steps(template)["Split"]["Arguments"].get(key) for key in REUSE_KEY}
    assert {"Parameters.InputKey", "Parameters.DataVersion"} <= set(paths(deciding))


def test_xgboost_trains_on_spot_instances_and_waits_for_longer_than_it_runs(template: Any) -> None:
    on_spot = [
        name
        for name, step in of_types(template, "Training").items()
        if step["Arguments"].get("EnableManagedSpotTraining")
    ]
    assert on_spot == ["Xgboost"]
    condition = steps(template)["Xgboost"]["Arguments"]["StoppingCondition"]
    assert condition["MaxWaitTimeInSeconds"] >= condition["MaxRuntimeInSeconds"]
    # SageMaker refuses a time to wait where nothing waits.
    for name in ("Preprocess", "Pca", "Postprocess"):
        assert "MaxWaitTimeInSeconds" not in steps(template)[name]["Arguments"]["StoppingCondition"]


def test_checkpoints_lie_where_only_the_same_data_and_hyperparameters_lead(template: Any) -> None:
    checkpoints = steps(template)["Xgboost"]["Arguments"]["CheckpointConfig"]
    assert checkpoints["LocalPath"] == "/opt/ml/checkpoints"
    prefix, step, data, digest = checkpoints["S3Uri"]["Std:Join"]["Values"]
    # Where the bucket's rule lets them expire.
    assert prefix.endswith("/checkpoints/churn")
    assert step == "Xgboost"
    assert data == {"Get": "Steps.PcaData.ProcessingJobName"}
    assert len(digest) == 16
    channels = steps(template)["Xgboost"]["Arguments"]["InputDataConfig"]
    assert {str(path).split(".")[1] for path in paths(channels)} == {"PcaData"}


def test_without_spot_there_is_neither_waiting_nor_a_checkpoint(otherwise: Any) -> None:
    arguments = steps(otherwise)["Xgboost"]["Arguments"]
    assert not {"EnableManagedSpotTraining", "CheckpointConfig"} & set(arguments)
    assert arguments["StoppingCondition"] == {"MaxRuntimeInSeconds": 3600}


# What each type of step may be tried again for, per AWS's guide, "Retry Policy for Pipeline Steps".
CALL = {"Step.SERVICE_FAULT", "Step.THROTTLING"}
JOB = {"SageMaker.JOB_INTERNAL_ERROR", "SageMaker.CAPACITY_ERROR", "SageMaker.RESOURCE_LIMIT"}
TRIED_AGAIN = {
    "Processing": CALL | JOB,
    "Training": CALL | JOB,
    "Transform": CALL | JOB,
    "Model": CALL,
    "RegisterModel": CALL,
    "Condition": set(),
    "Fail": set(),
}


def test_a_step_is_tried_again_where_the_fault_is_the_services(template: Any) -> None:
    for name, step in steps(template).items():
        policies = step.get("RetryPolicies", [])
        tried = [exception for policy in policies for exception in policy["ExceptionType"]]
        assert sorted(tried) == sorted(TRIED_AGAIN[step["Type"]]), name
        for policy in policies:
            assert set(policy) == {"ExceptionType", "IntervalSeconds", "BackoffRate", "MaxAttempts"}
            assert 1 <= policy["MaxAttempts"] <= 20
            assert policy["IntervalSeconds"] >= 1


def test_the_key_is_one_for_the_whole_pipeline(template: Any) -> None:
    keys = {text(instances(step)["VolumeKmsKeyId"]) for step in of_types(template, "Training").values()}
    keys |= {
        text(step["Arguments"]["OutputDataConfig"]["KmsKeyId"])
        for step in of_types(template, "Training").values()
    }
    assert len(keys) == 1
