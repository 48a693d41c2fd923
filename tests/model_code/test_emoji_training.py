"""What both training scripts of the emoji network share: checkpoints, plans, and what they choose."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from model_scripts import load

choices = load("shared/emoji_training/emoji_choices")
safetensors = load("emoji/train_tensorflow/safetensors_file")
checkpoints = load("shared/emoji_training/emoji_checkpoints")
job = load("shared/emoji_training/emoji_job")

RIGHT = np.array([0, 1, 2, 0])


def logits_of(shares: list[list[float]]) -> Any:
    return np.log(np.array(shares))


# Checkpoints


def test_only_the_last_checkpoint_is_kept_and_found(tmp_path: Path) -> None:
    kept = checkpoints.Checkpoints(tmp_path / "checkpoints", safetensors.read, safetensors.write)
    taken: list[tuple[int, int]] = []

    def take(step: int, found: dict[str, Any]) -> None:
        taken.append((step, int(found["step"])))

    assert kept.resume(take) == 0
    assert taken == []

    for step in (9, 10, 200):
        kept.save(step, {"step": np.array(step)})
        (tmp_path / "checkpoints" / ".step-300.safetensors.part").write_text("half")

    assert kept.resume(take) == 200
    assert taken == [(200, 200)]
    assert [path.name for path in (tmp_path / "checkpoints").glob("step-*")] == ["step-200.safetensors"]


def written(path: Path) -> None:
    safetensors.write(path, {"other": np.ones(1)})


def misfit(_: int, arrays: dict[str, Any]) -> None:
    raise ValueError(f"expected the shape (2,), got {arrays['other'].shape}")


@pytest.mark.parametrize(
    ("write", "take", "reason"),
    [
        (Path.touch, misfit, "got 0 bytes"),
        (lambda path: path.write_bytes(b"junk" * 9), misfit, "got 36 bytes that are not"),
        (written, misfit, r"expected the shape \(2,\), got \(1,\)"),
        (written, lambda _, arrays: arrays["mean.weight"], "it has no mean.weight"),
    ],
)
def test_a_checkpoint_that_cannot_be_gone_on_from_is_refused_with_what_to_do(
    tmp_path: Path, write: Any, take: Any, reason: str
) -> None:
    write(tmp_path / "step-3.safetensors")
    kept = checkpoints.Checkpoints(tmp_path, safetensors.read, safetensors.write)

    with pytest.raises(
        ValueError,
        match=rf"^step-3\.safetensors: expected a checkpoint .*{reason}.*; remove it from the job's",
    ):
        kept.resume(take)


# Jobs


def test_the_learning_rate_rises_for_a_tenth_of_the_steps_and_falls_to_zero() -> None:
    plan = job.Plan.of(job.parser("").parse_args(["--learning_rate", "0.1"]))

    rates = [plan.rate(step, 40) for step in range(41)]

    np.testing.assert_allclose(rates[:5], [0.025, 0.05, 0.075, 0.1, 0.1])
    np.testing.assert_allclose(np.diff(rates[4:]), -0.1 / 36)
    assert rates[40] == 0


@pytest.mark.parametrize(
    ("arguments", "steps"), [([], 10), (["--epochs", "3"], 30), (["--epochs", "3", "--max_steps", "7"], 7)]
)
def test_a_plan_has_its_epochs_batches_unless_it_is_limited(arguments: list[str], steps: int) -> None:
    plan = job.Plan.of(job.parser("").parse_args(arguments))

    assert plan.steps(10) == steps


@pytest.mark.parametrize(
    ("arguments", "layers"),
    [([], None), (["--trained_layers", "all"], None), (["--trained_layers", "0"], 0)],
)
def test_layers_are_all_or_a_number(arguments: list[str], layers: int | None) -> None:
    assert job.Plan.of(job.parser("").parse_args(arguments)).trained_layers == layers


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("epochs", "-1", "expected 0 or more, got -1"),
        ("batch_size", "0", "expected 1 or more, got 0"),
        ("learning_rate", "nan", "expected a number above 0, at most 1, got nan"),
        ("learning_rate", "0", "expected a number above 0, at most 1, got 0"),
        ("dropout", "1", "expected a number from 0 to below 1, got 1"),
        ("trained_layers", "-1", "expected 0 or more, got -1"),
        ("trained_layers", "some", "invalid"),
    ],
)
def test_a_hyperparameter_that_makes_no_sense_is_refused(
    capsys: pytest.CaptureFixture[str], name: str, value: str, reason: str
) -> None:
    with pytest.raises(SystemExit):
        job.parser("").parse_args([f"--{name}={value}"])

    assert f"--{name}: {reason}" in capsys.readouterr().err


# Choices


def test_a_linear_model_that_helps_gets_a_weight_and_one_that_does_not_gets_none() -> None:
    unsure = logits_of([[0.4, 0.3, 0.3], [0.4, 0.3, 0.3], [0.4, 0.3, 0.3], [0.4, 0.3, 0.3]])
    right = logits_of([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8], [0.8, 0.1, 0.1]])
    wrong = right[:, [1, 2, 0]]

    assert choices.blend(unsure, right, RIGHT).weight == 0.9
    assert choices.blend(right, wrong, RIGHT).weight == 0
    assert choices.blend(right, None, RIGHT).weight == 0


def test_the_threshold_is_the_least_share_from_which_on_half_are_right() -> None:
    # Best shares .9 (right), .8 (wrong), .7 (wrong), .6 (wrong).
    shares = [[0.9, 0.05, 0.05], [0.8, 0.1, 0.1], [0.7, 0.2, 0.1], [0.2, 0.6, 0.2]]

    assert choices.threshold(logits_of(shares), RIGHT) == pytest.approx(0.8)


def test_tweets_of_one_share_are_recommended_together() -> None:
    shares = [[0.9, 0.05, 0.05]] * 3

    assert choices.threshold(logits_of(shares), np.array([0, 1, 2])) == 1.0


def test_nothing_is_recommended_where_nothing_is_right() -> None:
    assert choices.threshold(logits_of([[0.9, 0.05, 0.05]]), np.array([2])) == 1.0


@given(
    arrays.arrays(np.float64, (7, 4), elements=st.floats(-5, 5)),
    st.lists(st.integers(0, 3), min_size=7, max_size=7),
)
def test_at_least_half_of_what_is_recommended_is_right(logits: Any, labels: list[int]) -> None:
    log_shares, right = choices.log_softmax(logits), np.array(labels)

    threshold = choices.threshold(log_shares, right)

    best = np.round(np.exp(log_shares.max(axis=1)), 6)
    recommended = best >= threshold
    assert threshold == 1.0 or (log_shares.argmax(axis=1) == right)[recommended].mean() >= 0.5


def test_top_counts_the_emojis_among_the_best() -> None:
    shares = logits_of([[0.5, 0.3, 0.2], [0.5, 0.3, 0.2], [0.5, 0.3, 0.2], [0.5, 0.3, 0.2]])

    assert [choices.top(shares, RIGHT, best) for best in (1, 2, 3)] == [0.5, 0.75, 1.0]
