"""Generated changes of generated stacks, each with a failure at a random resource."""

from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from small_stacks import EMPTY, resource, stack, topic

from rehearsal.cloudformation.declared import Declared
from rehearsal.cloudformation.operations import deploy
from rehearsal.cloudformation.outcome import Deployment, Failure
from rehearsal.cloudformation.state import State

SEQUENCES = 200
IDS = "ABCDEF"
type Template = dict[str, Any]


@st.composite
def resources(draw: st.DrawFn, inner: bool = False) -> Template:
    """Topics that refer to those before them; some are named or retained, and a change may replace them."""
    found: Template = {}
    for logical_id in draw(st.lists(st.sampled_from(IDS), unique=True, min_size=1)):
        before = draw(st.sampled_from([None, *found]))
        label = draw(st.sampled_from(["a", "b"]))
        declared = topic(
            DisplayName={"Fn::Sub": f"${{{before}}} {label}"} if before else label,
            FifoTopic=draw(st.booleans()),
        )
        if draw(st.booleans()):
            # Of another name each time that it is replaced, as a template that works has it.
            declared["Properties"]["TopicName"] = (
                f"{inner}-{logical_id}-{declared['Properties']['FifoTopic']}"
            )
        policy = draw(st.sampled_from([None, "Delete", "Retain", "RetainExceptOnCreate"]))
        found[logical_id] = declared | ({"DeletionPolicy": policy} if policy else {})
    return found


@st.composite
def apps(draw: st.DrawFn) -> Declared:
    """A stack that exports, one that imports, and one that has another nested in it."""
    exporter = {"Shared": topic(DisplayName=draw(st.sampled_from("ab")))} | draw(resources())
    consumer = resource("SNS::TopicPolicy", Topics=[{"Fn::ImportValue": "shared"}], PolicyDocument={})
    nested = stack("-", draw(resources(inner=True)))
    parent = {
        "Inner": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "https://s3/a.json"}},
        "Last": resource("SQS::Queue", "Inner", DelaySeconds=draw(st.integers(0, 3))),
    }
    output = {"Value": {"Ref": "Shared"}, "Export": {"Name": "shared"}}
    return Declared(
        EMPTY.account,
        EMPTY.region,
        {
            "one": stack("one", {"Resources": exporter, "Outputs": {"Out": output}}),
            "two": stack("two", {"Policy": consumer, "Extra": topic(FifoTopic=draw(st.booleans()))}, "one"),
            "three": stack("three", parent, nested={"Inner": nested} if draw(st.booleans()) else {}),
        },
    )


@settings(max_examples=SEQUENCES)
@given(st.lists(apps(), min_size=2, max_size=4), st.data())
def test_after_a_failure_all_is_as_before_or_the_report_says_what_is_left(
    changes: list[Declared], data: st.DataObject
) -> None:
    state = EMPTY
    for declared in changes:
        works = deploy(state, declared)
        places = applied(works)
        if places:
            fails_at = data.draw(st.integers(0, len(places) - 1))
            stuck = data.draw(st.sampled_from([None, *places[:fails_at]]))
            fails = deploy(
                state,
                declared,
                faults={places[fails_at]: "a bad day"},
                rollback_faults={stuck: "worse"} if stuck else {},
            )
            assert fails.failure is not None
            assert unexplained(before(state, declared, fails), fails.state, fails.failure) == []
        state = works.state


def applied(deployment: Deployment) -> list[tuple[str, str]]:
    """Stack and logical id of what is created, updated or replaced, in that order."""
    operations = (each for one in deployment.stacks for each in (*one.nested, one))
    return [(one.stack, step.logical_id) for one in operations for step in one.steps if step.phase == "apply"]


def before(state: State, declared: Declared, failed: Deployment) -> State:
    """What the account held when the stack that failed was begun."""
    complete = [one.stack for one in failed.stacks[:-1]]
    return deploy(state, declared, only=complete).state


def unexplained(before: State, after: State, failure: Failure) -> list[tuple[str, str]]:
    """Stack and logical id of what differs and isn't reported as left."""
    reported = {(one.stack, one.logical_id) for one in failure.left}
    old, new = dict(held(before)), dict(held(after))
    differing = {key[:2] for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
    return sorted(differing - reported)


def held(state: State) -> Iterator[tuple[tuple[str, str, str], Any]]:
    """Every resource that exists, by stack, logical id and name, with what is known of it and who owns it."""
    for name, owner in state.stacks.items():
        for logical_id, one in owner.resources.items():
            yield (name, logical_id, one.physical_id), (one, "owned")
    for one in state.left:
        yield (one.stack, one.logical_id, one.resource.physical_id), (one.resource, "left")
