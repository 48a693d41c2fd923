"""Stacks within stacks: handled as one resource, undone with their parent."""

from collections.abc import Mapping
from typing import Any

from small_stacks import EMPTY, app, resource, stack, steps, topic

from rehearsal.cloudformation.declared import Declared
from rehearsal.cloudformation.operations import deploy, destroy

FAULT = "AWS has a bad day"


def shop(inner: Mapping[str, Any], **outer: Any) -> Declared:
    """A stack with one nested in it, `Part`, whose template is `inner`."""
    part = {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": "https://s3/one.json", "Parameters": {"Label": "a"}},
    }
    template = {
        "Parameters": {"Label": {"Type": "String"}},
        "Resources": inner,
        "Outputs": {"Name": {"Value": {"Fn::GetAtt": ["Topic", "TopicName"]}}},
    }
    nested = {"Part": stack("-", template)}
    return app().with_stack(stack("shop", {"Part": part, **outer}, nested=nested))


READER = resource("SSM::Parameter", Type="String", Value={"Fn::GetAtt": ["Part", "Outputs.Name"]})


def test_a_nested_stack_is_deployed_within_its_parent_and_hands_its_outputs_back() -> None:
    found = deploy(
        EMPTY, shop({"Topic": topic(TopicName="orders", DisplayName={"Ref": "Label"})}, Reader=READER)
    )

    assert found.failure is None
    assert steps(found) == [
        ("apply", "create", "Part"),
        ("apply", "create", "Reader"),
        ("apply", "create", "Topic"),
    ]
    [nested] = found.stacks[0].nested
    assert found.state.stacks[nested.stack].resources["Topic"].properties["DisplayName"] == "a"
    assert found.state.stacks["shop"].resources["Reader"].properties["Value"] == "orders"


def test_an_update_within_and_nothing_else() -> None:
    before = deploy(EMPTY, shop({"Topic": topic(DisplayName="a")})).state

    found = deploy(before, shop({"Topic": topic(DisplayName="b")}))

    assert steps(found) == [("apply", "update", "Part"), ("apply", "update", "Topic")]
    assert deploy(found.state, shop({"Topic": topic(DisplayName="b")})).state == found.state


def test_what_fails_within_undoes_the_parent() -> None:
    last = resource("SQS::Queue", "Topic")

    created = deploy(EMPTY, shop({"Topic": topic(), "Last": last}, Other=topic()), faults=_last())
    assert created.failure is not None
    assert (created.failure.stack, created.failure.logical_id) == ("shop-part-1", "Last")
    assert created.stacks[0].outcome == "ROLLBACK_COMPLETE"
    assert created.state.settled() == EMPTY

    before = deploy(EMPTY, shop({"Topic": topic(DisplayName="a")})).state
    updated = deploy(before, shop({"Topic": topic(DisplayName="b"), "Last": last}), faults=_last())
    assert updated.state.settled() == before.settled()


def test_what_fails_in_the_parent_undoes_what_was_done_within() -> None:
    before = deploy(EMPTY, shop({"Topic": topic(DisplayName="a"), "Gone": topic()})).state
    outer = resource("SQS::Queue", "Part")

    found = deploy(
        before, shop({"Topic": topic(DisplayName="b")}, Outer=outer), faults={("shop", "Outer"): FAULT}
    )

    assert found.state.settled() == before.settled()


def test_a_nested_stack_is_deleted_with_its_parent_or_when_it_is_not_declared_any_more() -> None:
    before = deploy(EMPTY, shop({"Topic": topic()}, Other=topic())).state

    assert destroy(before).state.settled() == EMPTY
    without = deploy(before, app(shop={"Other": topic()}))
    assert [*without.state.stacks] == ["shop"]


def _last() -> Mapping[tuple[str, str], str]:
    return {("shop-part-1", "Last"): FAULT}
