"""Stacks created, updated and deleted: what is done in which order, and what the account holds then."""

from collections.abc import Mapping
from typing import Any

from small_stacks import EMPTY, app, resource, stack, steps, topic

from rehearsal.cloudformation.operations import deploy, destroy
from rehearsal.cloudformation.outcome import Failure
from rehearsal.cloudformation.state import State

type Resources = Mapping[str, Any]
ROLE = resource("IAM::Role", AssumeRolePolicyDocument={})


def held(*stacks: Resources) -> State:
    """What an account holds in which these were deployed, `one`, `two`, and so on."""
    found = deploy(EMPTY, app(**dict(zip(("one", "two"), stacks, strict=False))))
    assert found.failure is None
    return found.state


def failure(before: State, **stacks: Resources) -> Failure:
    found = deploy(before, app(**stacks))
    assert found.failure is not None
    assert found.state.settled() == before.settled()
    return found.failure


def test_a_resource_is_created_after_what_it_refers_to_or_depends_on() -> None:
    resources = {
        "Last": resource("SNS::TopicPolicy", "Middle", Topics=[{"Ref": "First"}], PolicyDocument={}),
        "Middle": resource("SSM::Parameter", Type="String", Value={"Fn::Sub": "${First.TopicName}"}),
        "First": topic(),
    }

    found = deploy(EMPTY, app(one=resources))

    assert steps(found) == [("apply", "create", one) for one in ("First", "Middle", "Last")]
    assert [step.waits_for for step in found.stacks[0].steps] == [(), ("First",), ("Middle", "First")]
    assert [step.status for step in found.stacks[0].steps] == ["CREATE_COMPLETE"] * 3
    assert found.stacks[0].outcome == "CREATE_COMPLETE"


def test_the_same_template_again_does_nothing() -> None:
    before = held({"Topic": topic()})

    found = deploy(before, app(one={"Topic": topic()}))

    assert [one.kind for one in found.stacks] == ["none"]
    assert found.state == before


def test_what_differs_is_updated_in_place_and_nothing_else_is_touched() -> None:
    before = held({"Topic": topic(DisplayName="a"), "Role": ROLE})

    found = deploy(before, app(one={"Topic": topic(DisplayName="b"), "Role": ROLE}))

    assert steps(found) == [("apply", "update", "Topic")]
    assert found.stacks[0].steps[0].reason == "DisplayName"
    assert found.state.stacks["one"].resources["Topic"].properties == {"DisplayName": "b"}


def test_a_step_says_what_may_replace_the_resource() -> None:
    def vpc(tenancy: str) -> Resources:
        return {"Vpc": resource("EC2::VPC", CidrBlock="10.0.0.0/16", InstanceTenancy=tenancy)}

    [step] = deploy(held(vpc("dedicated")), app(one=vpc("default"))).stacks[0].steps

    assert step.action == "update"
    assert step.reason == ("InstanceTenancy (depending on the values, InstanceTenancy replaces the resource)")


def test_a_text_and_the_number_that_cloudformation_makes_of_it_are_the_same() -> None:
    before = held({"Logs": resource("Logs::LogGroup", RetentionInDays="7")})

    assert steps(deploy(before, app(one={"Logs": resource("Logs::LogGroup", RetentionInDays=7)}))) == []


def test_a_replacement_is_created_before_the_old_one_is_deleted_and_what_refers_to_it_follows() -> None:
    def resources(fifo: bool) -> Resources:
        policy = resource("SNS::TopicPolicy", Topics=[{"Ref": "Topic"}], PolicyDocument={})
        return {"Topic": topic(FifoTopic=fifo), "Policy": policy}

    before = held(resources(fifo=False))

    found = deploy(before, app(one=resources(fifo=True)))

    assert steps(found) == [
        ("apply", "replace", "Topic"),
        ("apply", "update", "Policy"),
        ("cleanup", "delete", "Topic"),
    ]
    old, new = (one.stacks["one"].resources for one in (before, found.state))
    assert old["Topic"].physical_id != new["Topic"].physical_id
    assert new["Policy"].properties["Topics"] == [new["Topic"].attributes["Ref"]]


def test_a_replacement_may_have_the_same_name_in_another_place() -> None:
    def stage(api: str) -> Resources:
        deployment = resource("ApiGateway::Stage", RestApiId={"Ref": api}, StageName="prod")
        apis = {one: resource("ApiGateway::RestApi", Name="shop") for one in ("One", "Two")}
        return {**apis, "Stage": deployment}

    before = held(stage("One"))

    found = deploy(before, app(one=stage("Two")))
    undone = deploy(
        before,
        app(one={**stage("Two"), "Last": resource("SQS::Queue", "Stage")}),
        faults={("one", "Last"): "a bad day"},
    )

    assert steps(found) == [("apply", "replace", "Stage"), ("cleanup", "delete", "Stage")]
    assert steps(undone)[2:] == [("rollback", "update", "Stage"), ("rollback", "delete", "Stage")]
    assert undone.state.settled() == before.settled()


def test_what_is_not_declared_any_more_is_deleted_in_the_end_each_before_what_it_needs() -> None:
    policy = resource("SNS::TopicPolicy", Topics=[{"Ref": "Topic"}], PolicyDocument={})
    before = held({"Topic": topic(), "Policy": policy, "Role": ROLE})

    found = deploy(before, app(one={"Role": ROLE, "Other": topic()}))

    assert steps(found) == [
        ("apply", "create", "Other"),
        ("cleanup", "delete", "Policy"),
        ("cleanup", "delete", "Topic"),
    ]
    assert found.stacks[0].steps[2].waits_for == ("Policy",)


def test_a_retained_resource_outlives_its_stack_and_keeps_its_name() -> None:
    resources = {"Topic": topic(TopicName="orders") | {"DeletionPolicy": "Retain"}}
    before = held(resources)

    gone = destroy(before)

    assert gone.failure is None
    assert steps(gone) == [("apply", "retain", "Topic")]
    assert [one.resource.physical_id for one in gone.state.left] == ["orders"]
    again = failure(gone.state, one=resources)
    assert (again.kind, again.logical_id) == ("name-taken", "Topic")
    assert "cdk import" in again.ways_out[0]


def test_a_stack_is_destroyed_after_those_that_import_from_it() -> None:
    before = held(exporting("Topic"), importing("one:Topic"))

    gone = destroy(before)

    assert [one.stack for one in gone.stacks] == ["two", "one"]
    assert gone.state.settled() == EMPTY


def test_a_stack_that_others_import_from_cannot_be_destroyed_alone() -> None:
    gone = destroy(held(exporting("Topic"), importing("one:Topic")), ["one"])

    assert gone.failure is not None
    assert gone.failure.message == "Export one:Topic cannot be deleted as it is in use by two"
    assert gone.failure.ways_out == ("cdk destroy two first",)


def test_a_protected_stack_is_not_destroyed() -> None:
    declared = app().with_stack(stack("one", {"Topic": topic()}, termination_protection=True))

    gone = destroy(deploy(EMPTY, declared).state)

    assert gone.failure is not None
    assert gone.failure.kind == "termination-protection"


def test_stacks_are_deployed_after_those_that_they_depend_on() -> None:
    declared = app(two={"Topic": topic()}).with_stack(stack("one", {"Topic": topic()}))
    declared = declared.with_stack(stack("two", {"Topic": topic()}, "one"))

    assert [one.stack for one in deploy(EMPTY, declared).stacks] == ["one", "two"]


def test_stacks_in_a_circle_cannot_be_deployed() -> None:
    declared = app().with_stack(stack("one", {"Topic": topic()}, "two"))
    declared = declared.with_stack(stack("two", {"Topic": topic()}, "one"))

    found = deploy(EMPTY, declared).failure

    assert found is not None
    assert found.message == "Circular dependency between stacks: [one, two]"


def test_the_export_of_a_used_value_can_neither_go_nor_change() -> None:
    before = held(exporting("Topic"), importing("one:Topic"))

    gone = failure(before, one={"Topic": topic()})
    changed = failure(before, one=exporting("Topic", FifoTopic=True))

    assert gone.message == "Export one:Topic cannot be deleted as it is in use by two"
    assert changed.message == "Export one:Topic cannot be updated as it is in use by two"
    assert (gone.logical_id, gone.type) == ("TopicOut", "Output")
    assert any("keep the export" in one for one in gone.ways_out)


def test_the_consumer_first_and_then_the_export_works() -> None:
    before = held(exporting("Topic"), importing("one:Topic"))
    without = deploy(before, app(one=exporting("Topic"), two={"Topic": topic()}))

    assert deploy(without.state, app(one={"Topic": topic()}, two={"Topic": topic()})).failure is None


def test_an_import_needs_its_export() -> None:
    assert failure(EMPTY, two=importing("one:Topic")).message == "No export named one:Topic found."


def test_two_stacks_cannot_export_the_same_name() -> None:
    found = failure(held(exporting("Topic")), two=exporting("Topic"))

    assert found.message == "Export with name one:Topic is already exported by stack one"


def test_a_custom_name_does_not_survive_a_replacement() -> None:
    before = held({"Topic": topic(TopicName="orders")})

    found = failure(before, one={"Topic": topic(TopicName="orders", FifoTopic=True)})

    assert found.message == (
        "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
        "Rename orders and update the stack again."
    )


def test_a_name_is_taken_until_the_cleanup_of_the_resource_that_has_it() -> None:
    before = held({"Old": topic(TopicName="orders")})

    found = failure(before, one={"New": topic(TopicName="orders")})

    assert found.message.startswith("orders already exists in stack arn:aws:cloudformation:")
    assert "overrideLogicalId" in found.ways_out[0]


def test_another_stack_has_the_name_until_it_is_deployed_without() -> None:
    before = held({"A": topic()}, {"B": topic(TopicName="orders"), "C": topic()})

    first = failure(before, one={"A": topic(TopicName="orders")}, two={"C": topic()})

    assert first.kind == "name-taken"
    freed = deploy(before, app(two={"C": topic()}))
    assert deploy(freed.state, app(one={"A": topic(), "D": topic(TopicName="orders")})).failure is None


def test_references_that_lead_back_or_nowhere_are_refused_before_anything_is_done() -> None:
    circle = {
        "A": resource("SSM::Parameter", Type="String", Value={"Ref": "B"}),
        "B": resource("SSM::Parameter", Type="String", Value={"Ref": "A"}),
        "C": resource("SSM::Parameter", Type="String", Value={"Ref": "A"}),
    }

    assert failure(EMPTY, one=circle).message == "Circular dependency between resources: [A, B]"
    assert "[Nothing]" in failure(EMPTY, one={"A": topic(DisplayName={"Ref": "Nothing"})}).message
    assert "[Nothing]" in failure(EMPTY, one={"A": resource("SNS::Topic", "Nothing")}).message


def test_a_resource_cannot_become_one_of_another_type() -> None:
    found = failure(held({"A": topic()}), one={"A": resource("SQS::Queue")})

    assert found.kind == "type-changed"
    assert found.message.endswith("[A]")


def test_an_unknown_type_is_refused_and_a_custom_resource_is_not() -> None:
    custom = {"Type": "Custom::Seed", "Properties": {"ServiceToken": "arn"}}

    assert deploy(EMPTY, app(one={"A": custom})).failure is None
    assert failure(EMPTY, one={"A": resource("SNS::Tpic")}).message.endswith("[AWS::SNS::Tpic]")


def test_a_stack_with_error_annotations_is_not_deployed() -> None:
    found = deploy(EMPTY, app().with_stack(stack("one", {"A": topic()}, errors=("no model",))))

    assert [(one.kind, one.reason) for one in found.stacks] == [("none", "no model")]
    assert found.state == EMPTY


def test_a_stack_without_resources_is_not_created_and_one_that_has_lost_them_is_destroyed() -> None:
    empty = app(one={"Resources": {}})

    assert deploy(EMPTY, empty).state == EMPTY
    assert deploy(held({"A": topic()}), empty).state == EMPTY


def exporting(logical_id: str, **properties: Any) -> dict[str, Any]:
    """A topic whose ARN is exported as `one:<logical id>`."""
    return {
        "Resources": {logical_id: topic(**properties)},
        "Outputs": {
            f"{logical_id}Out": {"Value": {"Ref": logical_id}, "Export": {"Name": f"one:{logical_id}"}}
        },
    }


def importing(export: str) -> dict[str, Any]:
    policy = resource("SNS::TopicPolicy", Topics=[{"Fn::ImportValue": export}], PolicyDocument={})
    return {"Resources": {"Policy": policy}}
