"""The log of a linear-learner job: the image's lines, and the metrics that its patterns find in them."""

import re

import numpy as np
import pytest
from container_process import ROOT
from linear_jobs import Jobs
from linear_rows import BINARY, REGRESSOR, SEVERAL, SMALL, classes, numbers, several

from local.containers.images import Images

LINES = {
    BINARY: (
        classes,
        "binary_classification_cross_entropy_objective",
        ["binary_classification_accuracy", "binary_f_1.000", "precision", "recall", "roc_auc_score"],
    ),
    SEVERAL: (
        several,
        "multiclass_cross_entropy_objective",
        [
            "multiclass_accuracy",
            "multiclass_top_k_accuracy_3",
            "dcg",
            "macro_recall",
            "macro_precision",
            "macro_f_1.000",
            "multiclass_balanced_accuracy",
            "multiclass_log_loss",
        ],
    ),
    REGRESSOR: (numbers, "mse_objective", ["mse", "absolute_loss"]),
}


NUMBER = r"-?[\d.]+(?:e-?\d+)?"


@pytest.mark.parametrize("predictor_type", LINES)
@pytest.mark.parametrize("judge", ["validation", "train"])
def test_the_log_has_the_lines_of_the_image(jobs: Jobs, predictor_type: str, judge: str) -> None:
    rows, objective, metrics = LINES[predictor_type]
    parts = {"train": rows(300), "test": rows(100, 9)} | (
        {"validation": rows(100, 5)} if judge == "validation" else {}
    )
    job = jobs.run(parts, predictor_type=predictor_type, num_classes=3, **SMALL)

    criterion = "sampled_accuracy" if (predictor_type, judge) == (BINARY, "validation") else objective
    kind = "loss" if predictor_type == REGRESSOR else "score"
    final = [(objective, "loss"), *((name, kind) for name in metrics)]
    expected = []
    for epoch in range(3):
        expected.append(rf"#quality_metric: host=algo-1, epoch={epoch}, train {objective} <loss>={NUMBER}")
        if judge == "validation":
            expected.append(
                rf"#quality_metric: host=algo-1, epoch={epoch}, validation {objective} <loss>={NUMBER}"
            )
        expected += [
            rf"#early_stopping_criteria_metric: host=algo-1, epoch={epoch}, "
            rf"criteria={criterion}, value={NUMBER}",
            rf"Epoch {epoch}: Loss (?:improved\. Updating best model|has not improved for \d epochs\.)",
            rf"#progress_metric: host=algo-1, completed {(33, 66, 100)[epoch]} % of epochs",
            rf"#throughput_metric: host=algo-1, train throughput={NUMBER} records/second",
        ]
    for part in (judge, "test"):
        expected += [rf"#{part}_score \(algo-1\) : \('{re.escape(name)}', {NUMBER}\)" for name, _ in final]
        expected += [
            rf"#quality_metric: host=algo-1, {part} {re.escape(name)} <{kind}>={NUMBER}"
            for name, kind in final
        ]
        if part == judge:
            expected.append(r"Best model found for hyperparameters: \{\"optimizer\": \"adam\", .*\}")
    assert job.code == 0
    for line, pattern in zip(job.output.splitlines(), expected, strict=True):
        assert re.fullmatch(pattern, line), line


# By predictor type the names of the guide's metrics.
TUNED = {
    BINARY: ["binary_classification_accuracy", "binary_f_beta", "precision", "recall", "roc_auc_score"],
    SEVERAL: [
        "dcg",
        "macro_f_beta",
        "macro_precision",
        "macro_recall",
        "multiclass_accuracy",
        "multiclass_top_k_accuracy",
    ],
    REGRESSOR: ["absolute_loss", "mse"],
}


@pytest.mark.parametrize("predictor_type", TUNED)
def test_every_metric_of_the_guide_is_found_in_the_log_by_the_images_patterns(
    jobs: Jobs, predictor_type: str
) -> None:
    rows, _, _ = LINES[predictor_type]
    job = jobs.run(
        {"train": rows(300), "validation": rows(100, 5), "test": rows(100, 9)},
        predictor_type=predictor_type,
        num_classes=3,
        **SMALL,
    )
    image = Images.load(ROOT / "versions.toml").named("linear-learner")

    def count(metric: str) -> int:
        pattern = image.metric_pattern(metric)
        assert pattern is not None
        return len(re.findall(pattern, job.output))

    for part in ("validation", "test"):
        assert {name: count(f"{part}:{name}") for name in TUNED[predictor_type]} == dict.fromkeys(
            TUNED[predictor_type], 1
        )
    assert count("train:objective_loss") == count("validation:objective_loss") == 3
    assert count("train:progress") == count("train:throughput") == 3
    assert count("validation:objective_loss:final") == count("test:objective_loss") == 1


def test_without_a_test_channel_the_log_says_so(jobs: Jobs) -> None:
    job = jobs.run({"train": classes(100)}, predictor_type=BINARY, **SMALL)

    assert job.output.endswith("Test data is not provided.\n")


def test_the_metrics_are_those_of_the_saved_model(jobs: Jobs) -> None:
    test = classes(200, 9)
    job = jobs.run({"train": classes(300), "test": test}, predictor_type=BINARY, **SMALL)

    _, labels = job.model.predict(test[:, 1:])

    assert labels is not None
    assert job.metric("test", "binary_classification_accuracy") == np.mean(labels == test[:, 0])


def test_equal_jobs_give_equal_models_and_lines(jobs: Jobs) -> None:
    first, second = (
        jobs.run({"train": classes(300), "validation": classes(100, 5)}, predictor_type=BINARY, **SMALL)
        for _ in range(2)
    )

    for name in ("linear-learner.json", "weights.npz"):
        assert (first.folder / "model" / name).read_bytes() == (second.folder / "model" / name).read_bytes()
    without_throughput = [re.sub(r"throughput=\S+", "", job.output) for job in (first, second)]
    assert without_throughput[0] == without_throughput[1]
