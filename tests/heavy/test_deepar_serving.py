"""The forecasting stand-in's endpoint: the image's requests and answers, and what it refuses."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from container_process import Container, run_training, start_failure
from deepar_jobs import HORIZON, series, write

from local.containers.images import Images

PYTHON = Images.load().named("deepar").python
CONFIG = '{"num_samples": 7, "output_types": ["mean", "samples"]}'


def feature(points: int) -> list[list[float]]:
    return [[float(point % 12 == 0) for point in range(points)]]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with one category of two values, of which it saw 0 and 2, and one feature."""
    documents = [series(n, cat=[2 * (n % 2)], dynamic_feat=feature(240)) for n in range(4)]
    folder = write(tmp_path_factory.mktemp("deepar"), {"train": documents})
    done = run_training("deepar_image", folder, PYTHON)
    assert done.code == 0, done.log
    return folder


@pytest.fixture(scope="module")
def container(trained: Path) -> Iterator[Container]:
    with Container("deepar_image", trained, PYTHON, DEEPAR_INFERENCE_CONFIG=CONFIG) as started:
        yield started


def instance(points: int = 60, **changes: Any) -> dict[str, Any]:
    return {**series(0, points, cat=[0], dynamic_feat=feature(points + HORIZON)), **changes}


def asked(container: Container, *instances: Any, **configuration: Any) -> Any:
    body = json.dumps({"instances": instances, "configuration": configuration})
    answer = container.invoke(body, "application/json")
    assert answer.status == 200, answer.body
    return json.loads(answer.body)["predictions"]


def refused(container: Container, *instances: Any, **configuration: Any) -> str:
    body = json.dumps({"instances": instances, "configuration": configuration})
    answer = container.invoke(body, "application/json")
    assert answer.status == 400, answer.body
    detail: str = json.loads(answer.body)["detail"]
    return detail


def test_an_answer_has_what_was_asked_for(container: Container) -> None:
    [prediction] = asked(
        container,
        instance(),
        num_samples=50,
        output_types=["mean", "quantiles", "samples"],
        quantiles=["0.1", "0.90"],
    )

    samples = np.array(prediction["samples"])
    assert samples.shape == (50, HORIZON)
    assert np.allclose(samples.mean(axis=0), prediction["mean"], rtol=1e-4)
    assert list(prediction["quantiles"]) == ["0.1", "0.90"]
    assert np.allclose(np.quantile(samples, 0.9, axis=0), prediction["quantiles"]["0.90"], rtol=1e-4)


def test_without_a_configuration_the_answer_is_the_images_default(container: Container) -> None:
    answer = container.invoke(json.dumps({"instances": [instance()]}), "application/json")

    [prediction] = json.loads(answer.body)["predictions"]
    assert list(prediction) == ["mean", "quantiles"]
    assert list(prediction["quantiles"]) == [f"0.{tenth}" for tenth in range(1, 10)]


def test_a_forecast_follows_the_series_level_and_is_the_same_twice(container: Container) -> None:
    low, high = asked(container, instance(), instance(target=[1000.0 + n % 12 for n in range(60)]))

    assert 5 < np.mean(low["mean"]) < 30
    assert 800 < np.mean(high["mean"]) < 1300
    assert asked(container, instance()) == asked(container, instance())


def test_gaps_are_null_or_nan_and_the_same(container: Container) -> None:
    gaps = [20.0 if point % 3 else None for point in range(60)]
    words = ["NaN" if value is None else value for value in gaps]

    assert asked(container, instance(target=gaps)) == asked(container, instance(target=words))


def test_json_lines_are_answered_line_by_line_as_the_environment_says(container: Container) -> None:
    body = "\n".join(json.dumps(instance(points)) for points in (60, 61))

    answer = container.invoke(body, "application/jsonlines")

    assert answer.content_type == "application/jsonlines"
    predictions = [json.loads(line) for line in answer.body.split(b"\n")]
    assert [np.shape(prediction["samples"]) for prediction in predictions] == [(7, HORIZON)] * 2
    assert "quantiles" not in predictions[0]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"target": [], "dynamic_feat": feature(HORIZON)}, "`target` has no observed value"),
        ({"target": [None] * 60}, "`target` has no observed value"),
        ({"target": [1.0] * 40 + ["NaN"] * 20}, "no observed value among its last 12 points"),
        ({"cat": [1]}, "a category that training has not seen"),
        ({"cat": [3]}, "a category that training has not seen"),
        ({"cat": None}, "`cat` has 0 values instead of 1"),
        ({"dynamic_feat": feature(60)}, "`dynamic_feat` has 60 values instead of 72"),
        ({"dynamic_feat": feature(72) * 2}, "`dynamic_feat` has 2 arrays instead of 1"),
        ({"dynamic_feat": None}, "`dynamic_feat` has 0 arrays instead of 1"),
        ({"target": [1.0, "x"]}, "something else than numbers"),
        ({"start": "yesterday"}, "`start` is not a timestamp"),
    ],
)
def test_a_series_that_cannot_be_forecast_is_refused_by_its_index(
    container: Container, changes: dict[str, Any], reason: str
) -> None:
    detail = refused(container, instance(), instance(**changes))

    assert detail.startswith("instances[1]: ")
    assert reason in detail


@pytest.mark.parametrize(
    ("configuration", "name"),
    [
        ({"num_samples": 0}, "num_samples"),
        ({"num_samples": 10**9}, "num_samples"),
        ({"output_types": ["median"]}, "output_types"),
        ({"quantiles": ["1.5"]}, "quantiles"),
        ({"samples": 3}, "unknown"),
    ],
)
def test_a_configuration_of_another_kind_is_refused(
    container: Container, configuration: dict[str, Any], name: str
) -> None:
    assert name in refused(container, instance(), **configuration)


def test_other_bodies_are_refused(container: Container) -> None:
    assert container.invoke("1,2", "text/csv").status == 415
    assert container.invoke("{", "application/json").status == 400
    assert container.invoke("{}", "application/json").status == 400
    assert container.invoke('{"instances": []}', "application/json").status == 400


def test_batch_transform_is_told_to_send_single_records(container: Container) -> None:
    wishes = json.loads(container.request("GET", "/execution-parameters").body)

    assert wishes["BatchStrategy"] == "SINGLE_RECORD"


def test_what_is_no_model_does_not_start(tmp_path: Path, trained: Path) -> None:
    (tmp_path / "model").mkdir()

    assert "no deepar.json" in start_failure("deepar_image", tmp_path, PYTHON)
