"""Resources that are the same at another place, and the mapping with which they are moved and kept."""

from typing import Any

import pytest
from small_stacks import EMPTY, app, resource, topic

from rehearsal.cloudformation.declared import Declared
from rehearsal.cloudformation.operations import deploy
from rehearsal.cloudformation.refactor import refactor
from rehearsal.rehearse.moves import mapping, moves

NAMED = topic(TopicName="orders")
KEPT = topic(DisplayName="kept")


def policy(topic_id: str) -> dict[str, Any]:
    return resource("SNS::TopicInlinePolicy", TopicArn={"Ref": topic_id}, PolicyDocument={})


def found(old: Declared, new: Declared) -> dict[str, str]:
    places = moves(deploy(EMPTY, old).state, new)
    return dict(mapping(new, places)["environments"][0]["resources"])


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (app(one={"Old": NAMED}), app(one={"New": NAMED}), {"one.Old": "one.New"}),
        (
            app(one={"T": NAMED, "K": KEPT}, two={"K": KEPT}),
            app(one={"K": KEPT}, two={"T": NAMED, "K": KEPT}),
            {"one.T": "two.T"},
        ),
        (
            app(one={"Old": NAMED, "P": policy("Old")}),
            app(one={"New": NAMED, "Q": policy("New")}),
            {"one.Old": "one.New", "one.P": "one.Q"},
        ),
        (app(one={"Old": NAMED}), app(one={"New": topic(TopicName="other")}), {}),
        (app(one={"A": topic(), "B": topic()}), app(one={"C": topic(), "D": topic()}), {}),
        (app(one={"A": NAMED}), app(one={"A": NAMED, "B": NAMED}), {}),
        (app(one={"A": NAMED, "K": KEPT}), app(one={"K": KEPT}, new={"A": NAMED}), {}),
    ],
    ids=[
        "another id",
        "another stack",
        "with what refers to it",
        "changed",
        "ambiguous",
        "added",
        "new stack",
    ],
)
def test_what_moves(old: Declared, new: Declared, expected: dict[str, str]) -> None:
    assert found(old, new) == expected


def test_moved_before_a_named_resource_is_deployed_where_it_failed_alone() -> None:
    before = deploy(EMPTY, app(one={"Old": NAMED})).state
    new = app(one={"New": NAMED})
    alone = deploy(before, new)
    assert alone.failure is not None
    assert alone.failure.kind == "name-taken"

    after = deploy(refactor(before, moves(before, new)), new)

    assert after.failure is None
    assert not [step for one in after.stacks for step in one.steps]
