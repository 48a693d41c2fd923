"""How images print their metrics, by versions.toml: read from lines of each image's log."""

import re

import pytest
from runner import ROOT

from local.containers.images import Image, Images
from local.jobs.metrics import printed_metrics

# Of a public notebook with the log of a training job on AWS, without the time before each line.
LINEAR_LEARNER = """
#quality_metric: host=algo-1, epoch=14, train binary_classification_cross_entropy_objective <loss>=0.1993
#quality_metric: host=algo-1, epoch=14, validation binary_classification_cross_entropy_objective <loss>=0.2025
#progress_metric: host=algo-1, completed 100 % of epochs
#throughput_metric: host=algo-1, train throughput=22743.7031111 records/second
#quality_metric: host=algo-1, validation binary_classification_cross_entropy_objective <loss>=0.0373249375545
#quality_metric: host=algo-1, validation binary_classification_accuracy <score>=0.994793361536
#quality_metric: host=algo-1, validation binary_f_1.000 <score>=0.994832041344
#quality_metric: host=algo-1, validation precision <score>=0.98971722365
#quality_metric: host=algo-1, validation recall <score>=1.0
#quality_metric: host=algo-1, validation roc_auc_score <score>=0.998988169365
#quality_metric: host=algo-1, test binary_classification_cross_entropy_objective <loss>=0.0381
"""
DEEPAR = """
#quality_metric: host=algo-1, epoch=0, train loss <loss>=5.1
#quality_metric: host=algo-1, train final_loss <loss>=4.25
#test_score (algo-1, RMSE): 12.5
#quality_metric: host=algo-1, test RMSE <loss>=12.5
#quality_metric: host=algo-1, test mean_wQuantileLoss <loss>=0.0713
"""
REGISTRY = "492215442770.dkr.ecr.eu-central-1.amazonaws.com"
XGBOOST = "[12]\ttrain-auc:0.93311\tvalidation-auc:0.92106\n"


def image_named(name: str) -> Image:
    return Images.load(ROOT / "versions.toml").named(name)


@pytest.mark.parametrize(
    ("image", "log", "metric", "values"),
    [
        ("xgboost", XGBOOST, "train:auc", ["0.93311"]),
        ("xgboost", XGBOOST, "validation:auc", ["0.92106"]),
        ("xgboost", XGBOOST, "validation:f1_binary", []),
        ("deepar", DEEPAR, "train:final_loss", ["4.25"]),
        ("deepar", DEEPAR, "test:RMSE", ["12.5"]),
        ("deepar", DEEPAR, "test:mean_wQuantileLoss", ["0.0713"]),
        ("linear-learner", LINEAR_LEARNER, "train:progress", ["100"]),
        ("linear-learner", LINEAR_LEARNER, "train:throughput", ["22743.7031111"]),
        ("linear-learner", LINEAR_LEARNER, "train:objective_loss", ["0.1993"]),
        ("linear-learner", LINEAR_LEARNER, "validation:objective_loss", ["0.2025"]),
        ("linear-learner", LINEAR_LEARNER, "validation:objective_loss:final", ["0.0373249375545"]),
        ("linear-learner", LINEAR_LEARNER, "test:objective_loss", ["0.0381"]),
        ("linear-learner", LINEAR_LEARNER, "validation:binary_classification_accuracy", ["0.994793361536"]),
        ("linear-learner", LINEAR_LEARNER, "validation:binary_f_beta", ["0.994832041344"]),
        ("linear-learner", LINEAR_LEARNER, "validation:precision", ["0.98971722365"]),
        ("linear-learner", LINEAR_LEARNER, "validation:recall", ["1.0"]),
        ("linear-learner", LINEAR_LEARNER, "validation:roc_auc_score", ["0.998988169365"]),
    ],
)
def test_a_metric_is_read_from_the_images_log(image: str, log: str, metric: str, values: list[str]) -> None:
    pattern = image_named(image).metric_pattern(metric)

    assert pattern is not None
    assert re.findall(pattern, log) == values


def test_every_metric_of_a_linear_learner_job_is_found_by_its_name() -> None:
    printed = printed_metrics({}, image_named("linear-learner"))
    found = [one for line in LINEAR_LEARNER.splitlines() for metric in printed for one in metric.found(line)]

    assert found == [
        ("train:objective_loss", "0.1993"),
        ("validation:objective_loss", "0.2025"),
        ("train:progress", "100"),
        ("train:throughput", "22743.7031111"),
        ("validation:objective_loss:final", "0.0373249375545"),
        ("validation:binary_classification_accuracy", "0.994793361536"),
        ("validation:binary_f_beta", "0.994832041344"),
        ("validation:precision", "0.98971722365"),
        ("validation:recall", "1.0"),
        ("validation:roc_auc_score", "0.998988169365"),
        ("test:objective_loss", "0.0381"),
    ]


@pytest.mark.parametrize(
    ("image", "metric"),
    [
        ("xgboost", "auc"),
        ("linear-learner", "validation:f1"),
        ("linear-learner", "binary_f_beta"),
        ("scikit-learn", "validation:auc"),
    ],
)
def test_an_image_has_no_other_metrics(image: str, metric: str) -> None:
    assert image_named(image).metric_pattern(metric) is None


@pytest.mark.parametrize(
    ("image", "metric", "values"),
    [
        (f"{REGISTRY}/sagemaker-xgboost:1.7-1", "validation:auc", ["0.92106"]),
        (f"{REGISTRY}/sagemaker-xgboost:1.7-1", "quality", None),
        (f"{REGISTRY}/nobody:1", "validation:auc", None),
        ("nobody", "validation:auc", None),
    ],
)
def test_how_a_metric_is_printed_is_found_by_the_uri_of_an_image(
    image: str, metric: str, values: list[str] | None
) -> None:
    images = Images.load(ROOT / "versions.toml").of_any_version(lambda text: None)
    pattern = images.metric_pattern(image, metric)
    assert (pattern and re.findall(pattern, XGBOOST)) == values
