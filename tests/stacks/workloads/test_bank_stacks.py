"""The second workload: a training and a serving stack from the pieces of the first."""

import json
from collections.abc import Mapping
from typing import Any

import declared
import pytest
from assemblies import ROOT, Assembly
from declared import allowed, resources

CODE = ROOT / "model_code" / "bank"


@pytest.fixture(scope="module")
def steps(dev: Assembly) -> Mapping[str, Any]:
    return {name: step["Arguments"] for name, step in declared.steps(dev.template("bank-training")).items()}


def source(arguments: Mapping[str, Any], channel: str) -> str:
    """What a channel of a training job or an input of a processing job refers to."""
    for one in arguments.get("InputDataConfig", []):
        if one["ChannelName"] == channel:
            return str(one["DataSource"]["S3DataSource"]["S3Uri"]["Get"])
    for one in arguments.get("ProcessingInputs", []):
        if one["InputName"] == channel:
            return str(one["S3Input"]["S3Uri"]["Get"])
    raise AssertionError(f"there is no {channel}")


def test_the_model_is_fitted_on_all_that_is_not_for_the_test(steps: Mapping[str, Any]) -> None:
    assert source(steps["Xgboost"], "train") == (
        "Steps.Split.ProcessingOutputConfig.Outputs['development'].S3Output.S3Uri"
    )
    assert "Outputs['test']" in json.dumps(steps["Score"]["TransformInput"])


def test_what_is_tuned_is_chosen_on_a_part_of_what_is_not_for_the_test(steps: Mapping[str, Any]) -> None:
    config, trial = steps["Tune"]["HyperParameterTuningJobConfig"], steps["Tune"]["TrainingJobDefinition"]
    for channel in ("train", "validation"):
        assert source(trial, channel) == (
            f"Steps.Split.ProcessingOutputConfig.Outputs['{channel}'].S3Output.S3Uri"
        )
    assert config["Strategy"] == "Bayesian"
    assert config["HyperParameterTuningJobObjective"] == {"Type": "Maximize", "MetricName": "validation:auc"}
    assert config["ResourceLimits"] == {
        "MaxNumberOfTrainingJobs": {"Get": "Parameters.TuningJobs"},
        "MaxParallelTrainingJobs": {"Get": "Parameters.TuningJobsAtOnce"},
    }


def test_trials_share_no_checkpoint_and_the_last_fit_s_is_the_best_trial_s(steps: Mapping[str, Any]) -> None:
    trial, fit = steps["Tune"]["TrainingJobDefinition"], steps["Xgboost"]
    assert trial["EnableManagedSpotTraining"] is True
    assert "CheckpointConfig" not in trial
    place = fit["CheckpointConfig"]["S3Uri"]["Std:Join"]["Values"]
    assert {"Get": "Steps.Tune.BestTrainingJob.TrainingJobName"} in place


def test_the_model_has_the_best_of_what_was_tuned_and_the_rest_as_it_was(steps: Mapping[str, Any]) -> None:
    ranges = steps["Tune"]["HyperParameterTuningJobConfig"]["ParameterRanges"]
    tuned = {one["Name"] for some in ranges.values() for one in some}
    fixed = json.loads((CODE / "xgboost" / "hyperparameters.json").read_text())
    assert steps["Tune"]["TrainingJobDefinition"]["StaticHyperParameters"] == fixed
    best = {
        name: {
            "Std:Join": {
                "On": "",
                "Values": [{"Get": f"Steps.Tune.BestTrainingJob.TunedHyperParameters['{name}']"}],
            }
        }
        for name in tuned
    }
    assert steps["Xgboost"]["HyperParameters"] == {**fixed, **best}
    assert tuned >= {"eta", "max_depth", "subsample"}


def test_the_baseline_has_the_settings_of_the_workshop(steps: Mapping[str, Any]) -> None:
    expected = json.loads((CODE / "xgboost" / "baseline.json").read_text())
    assert steps["Baseline"]["HyperParameters"] == expected
    workshop = {"max_depth": "5", "eta": "0.2", "gamma": "4", "min_child_weight": "6", "subsample": "0.7"}
    assert {**workshop, "num_round": "50"}.items() <= steps["Baseline"]["HyperParameters"].items()


def test_the_baseline_sees_the_same_clients_with_the_workshop_s_features(steps: Mapping[str, Any]) -> None:
    assert "'baseline-development'" in source(steps["Baseline"], "train")
    assert "'baseline-test'" in source(steps["BaselineScores"], "validation")
    assert source(steps["Evaluate"], "baseline").startswith("Steps.BaselineScores.")


def test_what_evaluates_knows_the_least_auc_and_a_model_below_it_is_not_registered(dev: Assembly) -> None:
    found = declared.steps(dev.template("bank-training"))
    told = found["Evaluate"]["Arguments"]["AppSpecification"]["ContainerArguments"]
    minimum = {"Get": "Parameters.MinimumAUC"}
    assert told[told.index("--minimum-auc") + 1] == {"Std:Join": {"On": "", "Values": [minimum]}}
    [condition] = found["GoodEnough"]["Arguments"]["Conditions"]
    assert (condition["LeftValue"]["Std:JsonGet"]["Path"], condition["RightValue"]) == ("auc", minimum)
    assert [one["Type"] for one in found["GoodEnough"]["Arguments"]["IfSteps"]] == ["RegisterModel"]
    assert "AUC " in found["AUCTooLow"]["Arguments"]["ErrorMessage"]["Std:Join"]["Values"]
    assert found["Register"]["Arguments"]["ModelPackageGroupName"] == "slipway-dev-bank"


def test_new_data_of_the_bank_start_its_training_in_prod(prod: Assembly) -> None:
    rules = [one["Properties"] for one in resources(prod.template("bank-training"), "AWS::Events::Rule")]
    [pattern] = [rule["EventPattern"] for rule in rules if "EventPattern" in rule]
    assert pattern["detail"]["object"]["key"] == [{"wildcard": "bank/input/*"}]
    assert [rule["ScheduleExpression"] for rule in rules if "ScheduleExpression" in rule]


def test_fits_run_on_spot_machines_for_the_minutes_of_the_workshop(steps: Mapping[str, Any]) -> None:
    for name in ("Baseline", "Xgboost"):
        assert steps[name]["EnableManagedSpotTraining"] is True
        limits = {"MaxRuntimeInSeconds": 300, "MaxWaitTimeInSeconds": 600}
        assert steps[name]["StoppingCondition"] == limits


def test_who_starts_steps_may_start_and_stop_tuning_jobs(dev: Assembly) -> None:
    template = dev.template("bank-training")
    jobs = "arn:aws:sagemaker:eu-central-1:${AWS::AccountId}:hyper-parameter-tuning-job/*"
    for action in ("Create", "Describe", "Stop"):
        assert allowed(template, f"sagemaker:{action}HyperParameterTuningJob", "PipelineRole") == {jobs}


def test_the_one_container_has_what_the_last_fit_made(steps: Mapping[str, Any]) -> None:
    [trained] = steps["BankModel"]["Containers"]
    assert "sagemaker-xgboost:3.2-0" in trained["Image"]
    assert trained["ModelDataUrl"] == {"Get": "Steps.Xgboost.ModelArtifacts.S3ModelArtifacts"}


def test_the_example_has_a_cell_for_each_feature(dev: Assembly) -> None:
    assert len([float(cell) for cell in exported(dev, "slipway-dev-bank-example").split(",")]) == 64


def test_the_api_s_example_is_a_raw_row_since_the_function_encodes_it(dev: Assembly) -> None:
    assert exported(dev, "slipway-dev-bank-api-example").startswith("56,housemaid,married,")


def exported(dev: Assembly, name: str) -> str:
    outputs = dev.template("bank-serving")["Outputs"].values()
    (value,) = (one["Value"] for one in outputs if one.get("Export") == {"Name": name})
    return str(value)


def test_jobs_read_and_write_the_bank_s_prefixes_only(dev: Assembly) -> None:
    template = dev.template("bank-training")
    written = {one.partition("/")[2] for one in allowed(template, "s3:PutObject")}
    read = {one.partition("/")[2] for one in allowed(template, "s3:GetObject", "JobRole") if "Bucket" in one}
    assert written == {"bank/training/*", "checkpoints/bank/*"}
    assert read == written | {"bank/input/*"}


@pytest.mark.parametrize(
    ("endpoints", "fault"),
    [({"bnak": "x"}, "endpoints.bnak"), ({"bank": "a b"}, "endpoints.bank"), ("x", "endpoints")],
)
def test_an_endpoint_for_no_workload_or_with_no_name_is_refused(
    context: Mapping[str, Any], endpoints: object, fault: str
) -> None:
    from stacks.settings import Settings, SettingsError

    with pytest.raises(SettingsError, match=fault):
        Settings.from_mapping({**context, "env": "dev", "endpoints": endpoints})
