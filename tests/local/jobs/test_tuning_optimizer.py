"""What a tuning job tries next, and what it learns from."""

from collections.abc import Callable, Sequence

import pytest

from local.jobs.tuning.definition import Definition
from local.jobs.tuning.optimizer import Proposal, Search, optimizer_for
from local.jobs.tuning.request import TuningRequest
from local.jobs.tuning.space import Categorical, Continuous, Integer

RANGES = (Continuous("eta", 0.01, 0.2, True), Integer("depth", 1, 9, False))


def request(
    strategy: str = "Bayesian",
    *,
    names: Sequence[str | None] = (None,),
    at_once: int = 2,
    seed: int = 0,
    maximize: bool = True,
    ranges: Sequence[Continuous | Integer | Categorical] = RANGES,
) -> TuningRequest:
    definitions = [Definition(name, "m", maximize, ranges, {}, {}) for name in names]
    return TuningRequest(definitions, strategy, 99, at_once, seed, False, None, [], None)


def search(strategy: str, seed: int, values: list[float | None]) -> list[Proposal]:
    """What is tried in groups of two, where the trials come to these values."""
    optimizer = optimizer_for(request(strategy, seed=seed))
    tried: list[Proposal] = []
    for first in range(0, len(values), 2):
        tried += optimizer.ask(len(values[first : first + 2]))
        optimizer.tell(values[first : first + 2])
    return tried


def test_the_same_seed_and_results_give_the_same_trials() -> None:
    results = [0.1, 0.9, None, 0.4, 0.8, 0.2, 0.3]
    assert search("Bayesian", 0, results) == search("Bayesian", 0, results)
    assert search("Bayesian", 0, results) != search("Bayesian", 1, results)


def test_a_bayesian_search_learns_and_a_random_one_does_not() -> None:
    good, bad = [0.1, 0.9, 0.2, 0.8, 0.5, 0.6], [0.9, 0.1, 0.8, 0.2, 0.5, 0.6]
    assert search("Random", 0, good) == search("Random", 0, bad)
    assert search("Bayesian", 0, good)[:2] == search("Bayesian", 0, bad)[:2], "nothing is known yet"
    assert search("Bayesian", 0, good) != search("Bayesian", 0, bad)


def test_what_hyperband_begins_is_random() -> None:
    results = [0.1, 0.9, 0.2, 0.8, 0.5, 0.6]
    assert search("Hyperband", 0, results) == search("Random", 0, results)


def test_a_bayesian_search_ends_nearer_to_the_best_than_it_began() -> None:
    ranges = [Continuous("x", 0.0, 1.0, False)]
    optimizer = optimizer_for(request(ranges=ranges, maximize=False, at_once=4))
    distances = []
    for _ in range(8):
        found = [abs(float(one.values["x"]) - 0.7) for one in optimizer.ask(4)]
        optimizer.tell(found)
        distances.append(sum(found) / 4)
    assert sum(distances[-2:]) < sum(distances[:2]) / 2


def names_tried(
    of: TuningRequest, group: int, groups: int, value: Callable[[str | None], float | None]
) -> list[list[str | None]]:
    """The names of the definitions in each group, where a definition's trainings come to such values."""
    optimizer, tried = optimizer_for(of), []
    for _ in range(groups):
        proposals = optimizer.ask(group)
        optimizer.tell([value(one.definition.name) for one in proposals])
        tried.append([one.definition.name for one in proposals])
    return tried


def test_several_definitions_get_two_each_before_their_results_decide() -> None:
    two = request(names=("trees", "lines"), at_once=4)
    assert names_tried(two, 4, 1, lambda name: 0.5) == [["trees", "lines", "trees", "lines"]]
    three = request(names=("a", "b", "c"), at_once=2)
    assert names_tried(three, 2, 3, lambda name: 0.5) == [["a", "b"], ["c", "a"], ["b", "c"]]


@pytest.mark.parametrize("better", ["trees", "lines"])
def test_the_better_of_two_definitions_gets_most_of_the_rest(better: str) -> None:
    of = request(names=("trees", "lines"), at_once=4)
    tried = names_tried(of, 4, 10, lambda name: 0.8 if name == better else 0.5)
    rest = [name == better for group in tried[1:] for name in group]
    assert len(rest) * 2 / 3 < sum(rest) < len(rest), "the other one is not given up"


def test_a_random_search_takes_definitions_whatever_they_come_to() -> None:
    of = request("Random", names=("trees", "lines"), at_once=4)
    tried = names_tried(of, 4, 5, lambda name: 0.9 if name == "trees" else 0.1)
    assert tried == names_tried(of, 4, 5, lambda name: 0.1 if name == "trees" else 0.9)


def test_a_definition_of_which_every_training_fails_is_no_end() -> None:
    of = request(names=("trees", "lines"), at_once=4)
    tried = names_tried(of, 4, 5, lambda name: None if name == "trees" else 0.5)
    assert "lines" in {name for group in tried[1:] for name in group}


def test_two_definitions_do_not_get_the_same_values() -> None:
    trees, lines = optimizer_for(request(names=("trees", "lines"))).ask(2)
    assert trees.values != lines.values


def test_a_grid_tries_each_combination_once_in_its_order() -> None:
    ranges = (Categorical("depth", ("1", "2", "1")), Categorical("color", ("red", "blue")))
    optimizer = optimizer_for(request("Grid", ranges=ranges))
    tried = [*optimizer.ask(3), *optimizer.ask(3)]
    assert [(one.values["depth"], one.values["color"]) for one in tried] == [
        ("1", "red"),
        ("1", "blue"),
        ("2", "red"),
        ("2", "blue"),
    ]


def test_what_an_earlier_job_has_found_is_where_a_search_begins() -> None:
    ranges = [Continuous("x", 0.0, 1.0, False)]

    def first_group(known: Sequence[float]) -> float:
        of = Search(request(ranges=ranges, maximize=False, at_once=4))
        for x in known:
            of.know({"x": str(x), "y": "7"}, abs(x - 0.7))
        return sum(abs(float(one.values["x"]) - 0.7) for one in of.ask(4)) / 4

    assert first_group([number / 20 for number in range(21)]) < first_group([]) / 2
    assert first_group([5.0, -1.0]) == first_group([]), "values outside of the range say nothing"


def test_what_lacks_a_value_for_a_range_says_nothing() -> None:
    of, unknowing = Search(request()), Search(request())
    of.know({"eta": "0.1"}, 1.0)
    assert of.ask(4) == unknowing.ask(4)
