"""What the candidate notebook asks SageMaker for, held to the API's own model, and what it tells a person."""

import io
import tarfile
from pathlib import Path
from typing import Any

from candidate_service import Service, jobs, runner, tune


def test_what_is_selected_is_displayed_a_row_each(interactive: Any) -> None:
    shown = interactive.display_candidates()
    assert [row["Candidate Name"] for row in shown] == ["dpp0-xgboost", "dpp2-linear-learner"]
    assert shown._repr_html_().count("<tr>") == 3


def test_a_table_that_is_shown_has_text_and_no_markup() -> None:
    assert "&lt;b&gt;" in runner.Rows([{"name": "<b>"}])._repr_html_()
    assert runner.Rows()._repr_html_() == "<p>none</p>"


def test_each_candidate_is_fitted_and_makes_features_of_both_parts(
    interactive: Any, service: Service, analyzed: Path
) -> None:
    interactive.fit_data_transformers(parallel_jobs=2)
    fits = {one["HyperParameters"]["candidate"]: one for one in service.of("CreateTrainingJob")}
    assert {*fits} == {"dpp0-xgboost", "dpp2-linear-learner"}
    channels = {
        one["ChannelName"]: one["DataSource"]["S3DataSource"]["S3Uri"]
        for one in fits["dpp0-xgboost"]["InputDataConfig"]
    }
    place = f"s3://data/automl/{interactive.run}"
    assert channels == {
        "train": "s3://data/split/train",
        "candidates": f"{place}/candidates",
        "code": f"{place}/code/source.tar.gz",
    }
    sources = {
        one["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]: one["TransformOutput"]["S3OutputPath"]
        for one in service.of("CreateTransformJob")
        if one["ModelName"].endswith("dpp0")
    }
    assert sources == {
        f"s3://data/split/{part}": f"{place}/transformed-data/dpp0/{part}" for part in ("train", "validation")
    }
    sparse = {
        one["ModelName"][-4:]: one["Containers"][0]["Environment"]["AUTOML_SPARSE_ENCODE_RECORDIO_PROTOBUF"]
        for one in service.of("CreateModel")
    }
    assert sparse == {"dpp0": "1", "dpp2": "0"}


def test_the_files_of_the_candidates_are_uploaded_as_they_are_then(
    interactive: Any, service: Service, analyzed: Path
) -> None:
    module = analyzed / "candidates" / "generated_module"
    (module / "candidate_data_processors" / "dpp0.py").write_text("# edited\n")
    interactive.fit_data_transformers()
    put = {one["Key"].partition("/")[2].partition("/")[2]: one["Body"] for one in service.of("PutObject")}
    assert put["candidates/generated_module/candidate_data_processors/dpp0.py"] == b"# edited\n"
    assert put["candidates/schema.json"] == (analyzed / "candidates" / "schema.json").read_bytes()
    with tarfile.open(fileobj=io.BytesIO(put["code/source.tar.gz"])) as archive:
        assert {*archive.getnames()} == {path.name for path in module.glob("*.py")}


def test_one_tuning_job_has_a_definition_for_each_candidate(interactive: Any, service: Service) -> None:
    interactive.fit_data_transformers()
    assert tune(interactive, max_jobs=3, max_parallel_jobs=4) == interactive.run
    trials = interactive.trials()
    [request] = service.of("CreateHyperParameterTuningJob")
    assert request["HyperParameterTuningJobConfig"]["ResourceLimits"] == {
        "MaxNumberOfTrainingJobs": 3,
        "MaxParallelTrainingJobs": 3,
    }
    by_name = {one["DefinitionName"]: one for one in request["TrainingJobDefinitions"]}
    assert {*by_name} == {"dpp0-xgboost", "dpp2-linear-learner"}
    for one in by_name.values():
        ranged = [each["Name"] for kind in one["HyperParameterRanges"].values() for each in kind]
        assert not {*ranged} & {*one["StaticHyperParameters"]}
        assert [each["ContentType"] for each in one["InputDataConfig"]] == [jobs.RECORDIO] * 2
    assert [(one["Candidate"], one["Status"], one.get("Value")) for one in trials] == [
        ("dpp2-linear-learner", "Completed", 0.8),
        ("dpp0-xgboost", "Failed", None),
    ]


def test_the_best_trial_is_served_between_its_candidates_own_containers(
    interactive: Any, service: Service
) -> None:
    interactive.fit_data_transformers()
    tune(interactive)
    name = interactive.deploy(instance_type="ml.m5.xlarge")
    *_, model = service.of("CreateModel")
    assert [one["ContainerHostname"] for one in model["Containers"]] == [
        "features",
        "linear-learner",
        "labels",
    ]
    features, algorithm, labels = model["Containers"]
    assert (
        features["ModelDataUrl"] == labels["ModelDataUrl"] == f"s3://data/{interactive.run}-dpp2/model.tar.gz"
    )
    trained = f"s3://data/automl/{interactive.run}/multi-algo-tuning"
    assert algorithm["ModelDataUrl"] == f"{trained}/best-1/output/model.tar.gz"
    modes = [one["Environment"].get("AUTOML_TRANSFORM_MODE") for one in model["Containers"]]
    assert modes == ["feature-transform", None, "inverse-label-transform"]
    rows, known = interactive.example_rows(2)
    assert (rows, known) == (['1.5,"KS, USA"', "2,OH"], ["True.", "False."])
    assert interactive.invoke(rows) == "True.\nTrue.\n"
    assert service.of("InvokeEndpoint")[0]["EndpointName"] == name


def test_what_the_run_has_made_is_deleted(interactive: Any, service: Service) -> None:
    interactive.fit_data_transformers()
    tune(interactive)
    interactive.deploy(instance_type="ml.m5.xlarge")
    for _ in range(2):
        interactive.delete()
    assert len(service.of("DeleteEndpoint")) == len(service.of("DeleteEndpointConfig")) == 1
    made, deleted = (
        [one["ModelName"] for one in service.of(f"{verb}Model")] for verb in ("Create", "Delete")
    )
    assert sorted(made) == sorted(deleted)
