"""A failed operation undone: what is as before, and what is left and why."""

from collections.abc import Mapping
from typing import Any

import pytest
from small_stacks import EMPTY, app, resource, stack, steps, topic

from rehearsal.cloudformation.operations import deploy, destroy
from rehearsal.cloudformation.state import State

FAULT = "AWS has a bad day"


def held(resources: Mapping[str, Any]) -> State:
    return deploy(EMPTY, app(one=resources)).state


def test_a_failed_creation_deletes_what_it_created_and_leaves_an_empty_stack() -> None:
    resources = {"First": topic(), "Last": resource("SQS::Queue", "First")}

    found = deploy(EMPTY, app(one=resources), faults={("one", "Last"): FAULT})

    assert found.failure is not None
    assert (found.failure.logical_id, found.failure.message) == ("Last", FAULT)
    assert steps(found) == [
        ("apply", "create", "First"),
        ("apply", "create", "Last"),
        ("rollback", "delete", "First"),
    ]
    assert found.stacks[0].outcome == "ROLLBACK_COMPLETE"
    assert found.state.settled() == EMPTY


def test_the_next_deployment_clears_a_failed_creation_away() -> None:
    failed = deploy(EMPTY, app(one={"A": topic()}), faults={("one", "A"): FAULT})

    found = deploy(failed.state, app(one={"A": topic()}))

    assert [(one.kind, one.outcome) for one in found.stacks] == [
        ("delete", "DELETE_COMPLETE"),
        ("create", "CREATE_COMPLETE"),
    ]


@pytest.mark.parametrize(
    ("policy", "left"), [("Retain", ["orders"]), ("RetainExceptOnCreate", []), ("Delete", [])]
)
def test_a_retained_resource_of_a_failed_creation_belongs_to_no_stack(policy: str, left: list[str]) -> None:
    kept = topic(TopicName="orders") | {"DeletionPolicy": policy}

    found = deploy(
        EMPTY, app(one={"A": kept, "B": resource("SQS::Queue", "A")}), faults={("one", "B"): FAULT}
    )

    assert found.failure is not None
    assert [one.resource.physical_id for one in found.failure.left] == left
    assert [one.resource.physical_id for one in found.state.left] == left


def test_a_failed_update_restores_what_it_updated_replaced_and_created() -> None:
    before = held({"Updated": topic(DisplayName="a"), "Replaced": topic(), "Gone": topic()})
    new = {
        "Updated": topic(DisplayName="b"),
        "Replaced": topic(FifoTopic=True),
        "Created": topic(),
        "Fails": resource("SQS::Queue", "Updated", "Replaced", "Created"),
    }

    found = deploy(before, app(one=new), faults={("one", "Fails"): FAULT})

    assert steps(found)[4:] == [
        ("rollback", "update", "Updated"),
        ("rollback", "update", "Replaced"),
        ("rollback", "delete", "Created"),
        ("rollback", "delete", "Replaced"),
    ]
    assert found.stacks[0].outcome == "UPDATE_ROLLBACK_COMPLETE"
    assert found.state.settled() == before.settled()
    assert deploy(found.state, app(one=new)).failure is None


def test_a_rollback_that_fails_says_what_stays_and_blocks_the_next_deployment() -> None:
    before = held({"A": topic(DisplayName="a"), "B": topic(DisplayName="a"), "C": topic()})
    new = {
        "A": topic(DisplayName="b"),
        "Created": topic(),
        "B": topic(DisplayName="b") | {"DependsOn": ["A", "Created"]},
        "C": topic(FifoTopic=True) | {"DependsOn": "B"},
        "D": resource("SQS::Queue", "C"),
    }

    found = deploy(
        before, app(one=new), faults={("one", "D"): FAULT}, rollback_faults={("one", "B"): "not today"}
    )

    assert found.stacks[0].outcome == "UPDATE_ROLLBACK_FAILED"
    assert found.failure is not None
    # The topic that was replaced, and the one that was to replace it.
    assert sorted(one.logical_id for one in found.failure.left) == ["B", "C", "C", "Created"]
    assert found.state.stacks["one"].resources["A"].properties == {"DisplayName": "a"}
    again = deploy(found.state, app(one=new)).failure
    assert again is not None
    assert again.message == "Stack:one is in UPDATE_ROLLBACK_FAILED state and can not be updated."
    assert "continue-update-rollback" in again.ways_out[0]


def test_what_a_cleanup_cannot_delete_belongs_to_no_stack_and_the_update_is_complete() -> None:
    before = held({"A": topic(TopicName="orders"), "B": topic()})

    found = deploy(before, app(one={"B": topic()}), faults={("one", "A"): FAULT})

    assert found.failure is None
    assert found.stacks[0].outcome == "UPDATE_COMPLETE"
    assert [(one.resource.physical_id, one.reason) for one in found.stacks[0].left] == [("orders", FAULT)]


def test_a_failed_deletion_keeps_what_fails_and_what_it_needs() -> None:
    policy = resource("SNS::TopicPolicy", Topics=[{"Ref": "Topic"}], PolicyDocument={})
    before = held({"Topic": topic(), "Policy": policy, "Other": topic()})

    found = destroy(before, faults={("one", "Policy"): FAULT})

    assert found.failure is not None
    assert found.stacks[0].outcome == "DELETE_FAILED"
    assert found.stacks[0].reason == "The following resource(s) failed to delete: [Policy]."
    assert {one.logical_id for one in found.failure.left} == {"Topic", "Policy"}
    assert destroy(found.state).state.settled() == EMPTY


def test_the_stacks_before_the_one_that_fails_stay_deployed() -> None:
    declared = app(one={"A": topic()}).with_stack(stack("two", {"A": topic()}, "one"))

    found = deploy(EMPTY, declared, faults={("two", "A"): FAULT})

    assert [one.outcome for one in found.stacks] == ["CREATE_COMPLETE", "ROLLBACK_COMPLETE"]
    assert found.state.stacks["one"].resources
