"""Resources moved as `cdk refactor` moves them, and the deployment of the new templates afterwards."""

from collections.abc import Mapping
from typing import Any

import pytest
from small_stacks import EMPTY, app, resource, steps, topic

from rehearsal.cloudformation.operations import deploy, destroy
from rehearsal.cloudformation.refactor import refactor
from rehearsal.cloudformation.refused import Refused

NAMED = topic(TopicName="orders")


def reader(topic_id: str) -> dict[str, Any]:
    return resource("SNS::TopicPolicy", Topics=[{"Ref": topic_id}], PolicyDocument={})


def test_another_logical_id_without_and_with_a_refactor() -> None:
    before = deploy(EMPTY, app(one={"Old": NAMED, "Reader": reader("Old")})).state
    new = app(one={"New": NAMED, "Reader": reader("New")})

    alone = deploy(before, new)
    moved = refactor(before, {("one", "Old"): ("one", "New")})

    assert alone.failure is not None
    assert alone.failure.kind == "name-taken"
    after = deploy(moved, new)
    assert after.failure is None
    assert steps(after) == []
    assert after.state.stacks["one"].resources["New"] == before.stacks["one"].resources["Old"]


def test_another_stack() -> None:
    before = deploy(EMPTY, app(one={"Topic": NAMED, "Stays": topic()}, two={"Other": topic()})).state

    moved = refactor(before, {("one", "Topic"): ("two", "Topic")})

    after = deploy(moved, app(one={"Stays": topic()}, two={"Other": topic(), "Topic": NAMED}))
    assert after.failure is None
    assert steps(after) == []
    assert destroy(moved).state.settled() == EMPTY


def test_two_resources_change_places() -> None:
    before = deploy(EMPTY, app(one={"A": topic(), "B": NAMED, "Reader": reader("A")})).state

    moved = refactor(before, {("one", "A"): ("one", "B"), ("one", "B"): ("one", "A")})

    new = app(one={"B": topic(), "A": NAMED, "Reader": reader("B")})
    assert steps(deploy(moved, new)) == []


@pytest.mark.parametrize(
    ("moves", "message"),
    [
        ({("one", "None"): ("one", "New")}, "one has no resource None"),
        ({("one", "A"): ("one", "B")}, "one has a resource B already"),
        ({("one", "A"): ("three", "A")}, "there is no stack three: deploy it first"),
    ],
)
def test_a_mapping_has_to_fit(moves: Mapping[tuple[str, str], tuple[str, str]], message: str) -> None:
    before = deploy(EMPTY, app(one={"A": topic(), "B": topic()})).state

    with pytest.raises(Refused, match=message):
        refactor(before, moves)
