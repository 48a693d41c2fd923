"""The workshops' notebooks with version 2 of the SageMaker SDK, unmodified, against `serve`."""

import json
from collections.abc import Iterator

import pytest
from project import lab_starts
from workshop import Workshop, opened

_TUNE = """
import json, random, sys, sagemaker
from sagemaker.estimator import Estimator
from sagemaker.inputs import TrainingInput
from sagemaker.tuner import HyperparameterTuner, IntegerParameter
with open("build/rows.csv", "w") as file:
    for _ in range(200):
        row = random.random(), random.random()
        print(int(sum(row) > 1), *row, sep=",", file=file)
session = sagemaker.Session()
image = sagemaker.image_uris.retrieve("xgboost", session.boto_region_name, "1.7-1")
values = {"objective": "binary:logistic", "eval_metric": "auc", "num_round": "3"}
estimator = Estimator(image, sagemaker.get_execution_role(), 1, "ml.m5.large", hyperparameters=values)
depths = {"max_depth": IntegerParameter(1, 6)}
tuner = HyperparameterTuner(estimator, "validation:auc", depths, max_jobs=2, max_parallel_jobs=2)
rows = TrainingInput(session.upload_data("build/rows.csv"), content_type="text/csv")
tuner.fit({"train": rows, "validation": rows}, wait=True)
print(json.dumps([tuner.latest_tuning_job.name, tuner.best_training_job()]))
"""
_ATTACH = """
import json, sys
from sagemaker.tuner import HyperparameterTuner
tuner = HyperparameterTuner.attach(sys.argv[1])
values = len(tuner.analytics().dataframe())
print(json.dumps([tuner.best_training_job(), values, tuner.best_estimator().model_data]))
"""


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with opened(tmp_path_factory.mktemp("workshop"), "v2") as workshop:
        yield workshop


def test_the_bank_model_is_as_good_as_with_version_3(workshop: Workshop) -> None:
    done = workshop.execute("bank-sdk-v2")

    assert "[49]\ttrain-auc:" in done.said
    assert 0.79 < done.number(r"AUC (0\.\d+), accuracy") < 0.85
    assert done.is_drawn(1)
    assert "left: 0 endpoints, 0 configurations, 0 models, 0 files" in done.said
    # The version that the notebook asks for is not the stand-in's.
    assert "/sagemaker-xgboost:3.0-5 runs as version 3.2-0" in workshop.log.read_text()


def test_loads_are_forecast_after_a_short_training(workshop: Workshop) -> None:
    notebook = workshop.project.folder / "workbench" / "electricity-sdk-v2.ipynb"
    notebook.write_text(notebook.read_text().replace('\\"epochs\\": 12', '\\"epochs\\": 2'))

    done = workshop.execute("electricity-sdk-v2")

    assert "epoch=1, train loss" in done.said
    assert "epoch=2, train loss" not in done.said
    assert done.number(r"mean wQL (0\.\d+);") < 0.5
    assert "0.1   0.5   0.9  sample 0  sample 1" in done.said
    assert done.is_drawn(3)
    assert "left: 0 endpoints, 0 configurations, 0 models, 0 files" in done.said


def test_another_notebook_attaches_to_a_tuning_job(workshop: Workshop) -> None:
    name, best = json.loads(workshop.run("python", "-c", _TUNE).splitlines()[-1])
    attached, values, archive = json.loads(workshop.run("python", "-c", _ATTACH, name).splitlines()[-1])

    assert (attached, values) == (best, 2)
    assert archive.endswith(f"/{best}/output/model.tar.gz")


def test_make_opens_a_workshop_beside_serve(workshop: Workshop) -> None:
    said = lab_starts(workshop.project, "workshop", "SDK=v2", "NOTEBOOK=electricity")
    assert f"extension loaded from {workshop.project.folder}/build/sdk-v2/" in said
