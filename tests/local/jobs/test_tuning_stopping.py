"""When a training of a tuning job is stopped: by its values, against those that had ended before it began."""

from collections.abc import Sequence

import pytest

from local.jobs.tuning.request import Resources
from local.jobs.tuning.stopping import Hyperband, MedianRule, StoppingRule


def epochs_until_stopped(rule: StoppingRule, number: int, values: Sequence[float]) -> int | None:
    judge = rule.judge(number)
    return next((epoch for epoch, value in enumerate(values, 1) if judge(value)), None)


@pytest.mark.parametrize(
    ("earlier", "values", "stopped"),
    [
        ([], [0.0, 0.0], None),
        ([[0.5, 0.5]], [0.5, 0.5], None),
        ([[0.5, 0.5]], [0.5, 0.4], 2),
        ([[0.5, 0.5]], [0.4], 1),
        # The averages up to the second epoch are 0.3, 0.5 and 0.6.
        ([[0.2, 0.4], [0.4, 0.6], [0.6, 0.6]], [0.9, 0.5], None),
        ([[0.2, 0.4], [0.4, 0.6], [0.6, 0.6]], [0.9, 0.49], 2),
        # One that ended before an epoch says nothing of it.
        ([[0.9], [0.1, 0.1]], [0.5, 0.2, 0.0], None),
        ([[0.9], [0.1, 0.1]], [0.4], 1),
    ],
)
def test_a_training_worse_than_the_median_of_the_averages_before_is_stopped(
    earlier: Sequence[Sequence[float]], values: Sequence[float], stopped: int | None
) -> None:
    rises, falls = MedianRule(maximize=True), MedianRule(maximize=False)
    for number, one in enumerate(earlier, 1):
        rises.learn(number, one)
        falls.learn(number, [-value for value in one])
    number = len(earlier) + 1
    assert epochs_until_stopped(rises, number, values) == stopped
    assert epochs_until_stopped(falls, number, [-value for value in values]) == stopped


def test_a_training_is_not_judged_by_those_of_its_own_group() -> None:
    for rule in (MedianRule(maximize=True), Hyperband(Resources(1, 1), "maximize")):
        first, second = rule.judge(1), rule.judge(2)
        assert not first(0.9)
        rule.learn(1, [0.9])
        assert not second(0.1)
        assert epochs_until_stopped(rule, 3, [0.1]) == 1


def test_hyperband_lets_the_best_third_so_far_go_on() -> None:
    rule = Hyperband(Resources(1, 2), "maximize")  # one bracket, one rung
    going_on = []
    for number, value in enumerate([0.1, 0.2, 0.3, 0.4, 0.5, 0.25, 0.45, 0.6], 1):
        stopped = epochs_until_stopped(rule, number, [value] * 2)
        rule.learn(number, [value] * (stopped or 2))
        going_on.append(stopped is None)
    assert going_on == [True, True, True, True, True, False, True, True]


def test_hyperband_stops_nothing_before_the_least_and_everything_beyond_the_most_resources() -> None:
    rule = Hyperband(Resources(4, 8), "minimize")
    assert epochs_until_stopped(rule, 1, [0.1] * 20) == 9
    rule.learn(1, [0.1] * 9)
    assert epochs_until_stopped(rule, 2, [0.9] * 20) == 4
    assert epochs_until_stopped(Hyperband(Resources(4, 8), "minimize"), 1, [0.1] * 8) is None


def test_a_training_without_values_is_no_measure() -> None:
    rule = Hyperband(Resources(1, 2), "maximize")
    rule.judge(1)  # it fails
    assert epochs_until_stopped(rule, 2, [0.0]) is None
