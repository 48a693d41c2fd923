"""Training of linear-learner: what is learned, chosen, printed and saved."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from container_process import ROOT
from linear_jobs import Job, Jobs
from linear_learner_image import candidates, hyperparameters, train
from record_bodies import RECORDS

from local.containers.images import Images

BINARY, SEVERAL, REGRESSOR = "binary_classifier", "multiclass_classifier", "regressor"
_WEIGHTS = np.array([2.0, -1.0, 0.0, 0.5])


@pytest.fixture
def jobs(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Jobs:
    # A container's standard output can be reconfigured; pytest's cannot.
    monkeypatch.setattr("sys.stdout.reconfigure", lambda **_: None, raising=False)
    return Jobs(tmp_path, capsys)


def features(count: int, seed: int = 0) -> np.ndarray:
    """Columns of different means and spreads."""
    random = np.random.default_rng(seed)
    return random.normal(size=(count, 4)) * [1, 2, 5, 0.5] + [0, 3, -10, 1]


def numbers(count: int, seed: int = 0, noise: float = 0.1) -> np.ndarray:
    """Rows of a linear function with a little noise."""
    table = features(count, seed)
    labels = table @ _WEIGHTS + 7 + noise * np.random.default_rng(seed + 1).normal(size=count)
    return np.column_stack([labels, table])


def classes(count: int, seed: int = 0, share: float = 0.3, noise: float = 1.0) -> np.ndarray:
    """Rows of two classes, of which one part is 1."""
    rows = numbers(count, seed, noise)
    labels = rows[:, 0] > np.quantile(rows[:, 0], 1 - share)
    return np.column_stack([labels.astype(float), rows[:, 1:]])


def several(count: int, seed: int = 0) -> np.ndarray:
    rows = numbers(count, seed)
    return np.column_stack([np.digitize(rows[:, 0], [2.0, 6.0]), rows[:, 1:]])


SMALL = {"epochs": 3, "num_models": 2, "mini_batch_size": 100}


def test_a_regressor_finds_the_line_that_made_the_data(jobs: Jobs) -> None:
    job = jobs.run(
        {"train": numbers(800), "validation": numbers(200, 5)},
        predictor_type=REGRESSOR,
        mini_batch_size=50,
        num_models=1,
        wd=0,
        epochs=30,
    )

    assert job.code == 0
    assert job.model.weights[:, 0] == pytest.approx(_WEIGHTS, abs=0.1)
    assert job.model.bias[0] == pytest.approx(7, abs=0.3)
    assert job.metric("validation", "mse") == pytest.approx(0.01, abs=0.01)


def test_two_classes_are_told_apart_with_a_calibrated_threshold(jobs: Jobs) -> None:
    job = jobs.run(
        {"train": classes(800), "validation": classes(200, 5)},
        predictor_type=BINARY,
        mini_batch_size=50,
        binary_classifier_model_selection_criteria="f_beta",
    )

    assert job.metric("validation", "binary_f_1.000") > 0.85
    assert job.metric("validation", "roc_auc_score") > 0.95
    assert job.model.description.threshold != 0


def test_several_classes_are_told_apart(jobs: Jobs) -> None:
    job = jobs.run(
        {"train": several(800), "validation": several(200, 5)},
        predictor_type=SEVERAL,
        num_classes=3,
        mini_batch_size=50,
    )

    assert job.metric("validation", "multiclass_accuracy") > 0.9
    assert job.model.weights.shape == (4, 3)


@pytest.mark.parametrize(
    "loss",
    [
        "absolute_loss",
        "eps_insensitive_squared_loss",
        "eps_insensitive_absolute_loss",
        "quantile_loss",
        "huber_loss",
    ],
)
def test_each_loss_of_regression_finds_the_line_too(jobs: Jobs, loss: str) -> None:
    job = jobs.run(
        {"train": numbers(800)},
        predictor_type=REGRESSOR,
        loss=loss,
        mini_batch_size=50,
        num_models=1,
        wd=0,
        learning_rate=0.05,
        epochs=30,
    )

    assert job.metric("train", "absolute_loss") < 0.3
    assert job.metric("train", f"{loss}_objective") < 0.3


@pytest.mark.parametrize(
    ("optimizer", "learning_rate"), [("adam", 0.05), ("sgd", 0.05), ("rmsprop", 0.01), ("auto", 0.05)]
)
def test_each_optimizer_comes_to_the_same_line(jobs: Jobs, optimizer: str, learning_rate: float) -> None:
    job = jobs.run(
        {"train": numbers(800)},
        predictor_type=REGRESSOR,
        optimizer=optimizer,
        learning_rate=learning_rate,
        mini_batch_size=50,
        num_models=1,
        wd=0,
        epochs=30,
    )

    assert job.metric("train", "mse") < 0.05


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


@pytest.mark.parametrize("predictor_type", LINES)
def test_records_and_csv_give_the_same_model_where_nothing_is_shifted(
    jobs: Jobs, predictor_type: str
) -> None:
    rows = LINES[predictor_type][0](200).astype(np.float32).astype(float)
    given = {"predictor_type": predictor_type, "num_classes": 3, "unbias_data": "false", **SMALL}

    of_csv, of_records = jobs.run({"train": rows}, **given), jobs.run({"train": rows}, RECORDS, **given)

    assert np.array_equal(of_csv.model.weights, of_records.model.weights)


def test_sparse_features_are_scaled_and_not_shifted_unless_that_is_asked_for(jobs: Jobs) -> None:
    given = {"predictor_type": REGRESSOR, **SMALL}
    rows = numbers(200)

    by_default, shifted = (
        jobs.run({"train": rows}, RECORDS, **given, unbias_data=value) for value in ("auto", "true")
    )
    dense = jobs.run({"train": rows.astype(np.float32).astype(float)}, **given)

    assert np.array_equal(shifted.model.weights, dense.model.weights)
    assert not np.allclose(by_default.model.weights, dense.model.weights)


def epochs(job: Job) -> int:
    return len(job.values("#progress_metric: host=algo-1, completed "))


def test_training_ends_when_the_criterion_has_not_improved_for_the_patience(jobs: Jobs) -> None:
    given = {"predictor_type": REGRESSOR, "epochs": 40, "num_models": 1, "mini_batch_size": 100}
    rows = numbers(300)

    patient, hasty, tolerant = (
        jobs.run({"train": rows}, **given, **more)
        for more in (
            {"early_stopping_patience": 50},
            {"early_stopping_patience": 2},
            {"early_stopping_patience": 2, "early_stopping_tolerance": 100},
        )
    )

    assert epochs(patient) == 40
    assert epochs(tolerant) == 3 < epochs(hasty) < 40
    assert "Epoch 2: Loss has not improved for 1 epochs." in tolerant.output


def test_the_model_of_the_best_epoch_is_kept(jobs: Jobs) -> None:
    job = jobs.run(
        {"train": classes(200), "validation": classes(100, 5)},
        predictor_type=BINARY,
        binary_classifier_model_selection_criteria="loss_function",
        learning_rate=3,
        num_models=1,
        epochs=12,
        early_stopping_patience=12,
        early_stopping_tolerance=1e-9,
        mini_batch_size=20,
    )
    losses = job.values(r"epoch=\d+, validation \S+ <loss>=")

    assert min(losses) < losses[-1]
    assert job.metric("validation", "binary_classification_cross_entropy_objective") == pytest.approx(
        min(losses)
    )


@pytest.mark.parametrize(
    ("criterion", "logged"),
    [
        ("accuracy", "sampled_accuracy"),
        ("f_beta", "sampled_f_beta"),
        ("precision_at_target_recall", "sampled_precision_at_target_recall"),
        ("recall_at_target_precision", "sampled_recall_at_target_precision"),
        ("loss_function", "binary_classification_cross_entropy_objective"),
    ],
)
def test_early_stopping_goes_by_the_selection_criterion_on_the_validation_part(
    jobs: Jobs, criterion: str, logged: str
) -> None:
    parts = {"train": classes(200), "validation": classes(100, 5)}
    given = {"predictor_type": BINARY, "binary_classifier_model_selection_criteria": criterion, **SMALL}

    validated = jobs.run(parts, **given)
    alone = jobs.run({"train": parts["train"]}, **given)

    assert f"criteria={logged}, " in validated.output
    assert "criteria=binary_classification_cross_entropy_objective, " in alone.output


def test_a_target_is_held_on_the_validation_part(jobs: Jobs) -> None:
    parts = {"train": classes(300, noise=3), "validation": classes(200, 5, noise=3)}

    recall = jobs.run(
        parts,
        predictor_type=BINARY,
        binary_classifier_model_selection_criteria="precision_at_target_recall",
        target_recall=0.95,
        **SMALL,
    )
    precision = jobs.run(
        parts,
        predictor_type=BINARY,
        binary_classifier_model_selection_criteria="recall_at_target_precision",
        target_precision=0.9,
        **SMALL,
    )

    assert recall.metric("validation", "recall") >= 0.95
    assert precision.metric("validation", "precision") >= 0.9


def test_the_threshold_is_calibrated_on_as_many_rows_as_are_asked_for(jobs: Jobs) -> None:
    # Of the first rows none is positive: no threshold makes more of them right than one above all.
    validation = classes(200, 5)
    validation = np.concatenate([validation[validation[:, 0] == 0], validation[validation[:, 0] == 1]])
    parts = {"train": classes(300), "validation": validation}

    whole = jobs.run(parts, predictor_type=BINARY, **SMALL)
    sample = jobs.run(parts, predictor_type=BINARY, num_calibration_samples=50, **SMALL)

    assert sample.model.description.threshold > whole.model.description.threshold


def test_weights_of_positive_examples_move_the_errors(jobs: Jobs) -> None:
    rows = classes(600, share=0.1, noise=4)
    given = {
        "predictor_type": BINARY,
        "binary_classifier_model_selection_criteria": "loss_function",
        "epochs": 20,
        "num_models": 1,
        "mini_batch_size": 100,
    }

    recalls = [
        jobs.run({"train": rows}, **given, positive_example_weight_mult=weight).metric("train", "recall")
        for weight in (1, "balanced", 100)
    ]

    assert recalls[0] + 0.2 < recalls[1] < recalls[2]


def test_balanced_classes_count_alike(jobs: Jobs) -> None:
    rows = several(600)
    rare = np.flatnonzero(rows[:, 0] == 0)[15:]
    rows = np.delete(rows, rare, axis=0)
    given = {"predictor_type": SEVERAL, "num_classes": 3, "num_models": 1, "epochs": 8, "mini_batch_size": 50}

    plain, balanced = (
        jobs.run({"train": rows}, **given, balance_multiclass_weights=value) for value in ("false", "true")
    )

    name = "multiclass_balanced_accuracy"
    assert balanced.metric("train", name) > plain.metric("train", name)


def test_without_a_bias_the_line_goes_through_the_origin(jobs: Jobs) -> None:
    job = jobs.run({"train": numbers(200)}, predictor_type=REGRESSOR, use_bias="false", **SMALL)

    assert job.model.bias.tolist() == [0.0]


def test_l1_makes_weights_small(jobs: Jobs) -> None:
    rows = classes(300)
    given = {"predictor_type": BINARY, "num_models": 1, "epochs": 20, "mini_batch_size": 50, "wd": 0}

    sizes = [
        np.abs(
            jobs.run({"train": rows}, **given, l1=l1).model.weights * features(300).std(axis=0)[:, None]
        ).sum()
        for l1 in (0, 1)
    ]

    assert sizes[1] < sizes[0] / 5


@pytest.mark.parametrize("method", [{"init_method": "normal", "init_sigma": 0.5}, {"init_scale": 0.5}])
def test_training_begins_where_the_hyperparameters_say(jobs: Jobs, method: dict[str, object]) -> None:
    given = {"predictor_type": REGRESSOR, "learning_rate": 1e-9, "num_models": 1, "epochs": 1}

    job = jobs.run(
        {"train": numbers(50)},
        **given,
        **method,
        normalize_data="false",
        normalize_label="false",
        init_bias=3,
    )

    assert 0.05 < np.abs(job.model.weights).mean() < 1
    assert job.model.bias[0] == pytest.approx(
        3 + numbers(50)[:, 0].mean() - features(50).mean(axis=0) @ job.model.weights[:, 0], abs=1e-3
    )


@pytest.mark.parametrize(
    ("given", "count"),
    [
        ({}, 32),
        ({"num_models": "5"}, 5),
        ({"num_models": "40"}, 40),
        ({"_tuning_objective_metric": "validation:precision"}, 1),
        ({"_tuning_objective_metric": "validation:precision", "num_models": "7"}, 1),
    ],
)
def test_several_models_are_trained_and_one_in_a_tuning_job(given: dict[str, str], count: int) -> None:
    parameters = hyperparameters.validated({"predictor_type": BINARY, **given})

    assert len(candidates.propose(parameters, 4.0)) == count


def test_one_model_is_as_given_and_the_others_are_close(jobs: Jobs) -> None:
    given = {
        "learning_rate": 0.03,
        "l1": 0.002,
        "wd": 0.5,
        "optimizer": "sgd",
        "lr_scheduler_step": 7,
        "lr_scheduler_factor": 0.5,
        "lr_scheduler_minimum_lr": 0.001,
        "positive_example_weight_mult": "balanced",
    }
    parameters = hyperparameters.validated(
        {"predictor_type": BINARY, **{name: str(value) for name, value in given.items()}}
    )

    first, *others = candidates.propose(parameters, 4.0)

    assert json.loads(first.shown()) == {
        name: value for name, value in given.items() if name != "positive_example_weight_mult"
    }
    assert first.positive_weight == 4.0
    for name in ("learning_rate", "l1", "wd"):
        near = {getattr(one, name) / given[name] for one in others}
        assert len(near) > 1
        assert min(near) >= 0.25 and max(near) <= 4


def test_the_better_of_two_models_is_saved(jobs: Jobs) -> None:
    # The first model's rate is useless; the second one's is half of it.
    job = jobs.run(
        {"train": numbers(300)},
        predictor_type=REGRESSOR,
        optimizer="sgd",
        momentum=0,
        learning_rate=1.2,
        wd=0,
        l1=0,
        num_models=2,
        mini_batch_size=300,
        epochs=20,
        use_lr_scheduler="false",
    )

    assert '"learning_rate": 0.6' in job.output
    assert job.metric("train", "mse") < 1


REFUSED = [
    ({"train": classes(20)}, {"predictor_type": "forest"}, "Hyperparameter predictor_type: forest is not in"),
    ({"validation": classes(20)}, {"predictor_type": BINARY}, "Missing required channel: train"),
    (
        {"train": classes(20)},
        {"predictor_type": BINARY, "feature_dim": 5},
        "feature_dim is 5, and train has 4 features",
    ),
    (
        {"train": classes(20), "validation": classes(20)[:, :4]},
        {"predictor_type": BINARY},
        "validation has 3 features, and train has 4",
    ),
    (
        {"train": classes(20), "test": classes(20) * 2},
        {"predictor_type": BINARY},
        "has the label 2; a binary_classifier takes 0 and 1",
    ),
    (
        {"train": several(200)},
        {"predictor_type": SEVERAL, "num_classes": 3, "_tuning_objective_metric": "validation:dcg"},
        "metric validation:dcg needs the channel validation, which the job lacks",
    ),
    (
        {"train": several(200)},
        {"predictor_type": SEVERAL, "num_classes": 1_000_000},
        "32 models of 4 features and 1000000 outputs have more than 67108864 weights",
    ),
    (
        {"train": several(200) + 0.5},
        {"predictor_type": SEVERAL, "num_classes": 3},
        "num_classes 3 takes whole numbers from 0 to 2",
    ),
    (
        {"train": several(200) + 1},
        {"predictor_type": SEVERAL, "num_classes": 3},
        "has the label 3; num_classes 3 takes whole numbers from 0 to 2",
    ),
    (
        {"train": numbers(200)},
        {"predictor_type": REGRESSOR, "optimizer": "sgd", "learning_rate": 1e9, "mini_batch_size": 5},
        "Training diverged: the loss is no longer a number; lower learning_rate",
    ),
]


@pytest.mark.parametrize(("parts", "given", "message"), REFUSED)
def test_a_job_that_cannot_be_done_ends_with_its_reason_and_without_a_model(
    jobs: Jobs, parts: dict[str, np.ndarray], given: dict[str, object], message: str
) -> None:
    job = jobs.run(parts, **given)

    assert job.code == 1
    assert message in job.failure
    assert not (job.folder / "model").exists()


def test_several_hosts_are_refused(jobs: Jobs) -> None:
    job = jobs.run({"train": classes(20)}, predictor_type=BINARY, **SMALL)
    (job.folder / "input" / "config" / "resourceconfig.json").write_text(
        json.dumps({"hosts": ["algo-1", "algo-2"]})
    )
    assert train.main({"SAGEMAKER_BASE_DIR": str(job.folder)}) == 1
    assert job.failure == "The stand-in trains on one host, not on 2."
