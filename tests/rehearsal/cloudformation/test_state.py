"""What an account holds, written and read again."""

from rehearsal.cloudformation.state import Left, ResourceState, StackState, State, is_known, only_on_aws

QUEUE = ResourceState("AWS::SQS::Queue", "Orders", "shop-orders", {"DelaySeconds": 3}, {"Ref": "a url"})
STATE = (
    State.empty("111122223333", "eu-central-1")
    .with_stack(
        StackState(
            "shop",
            {"Resources": {"Orders": {"Type": "AWS::SQS::Queue"}}},
            {"Orders": QUEUE},
            outputs={"Url": "a url"},
            exports={"shop:Url": "a url"},
            imports=("network:Vpc",),
            termination_protection=True,
        )
    )
    .holding({("AWS::S3::Bucket", "shop-files"): "three objects"})
    .changing({("AWS::SageMaker::Endpoint", "shop"): "another update"})
)


def test_a_state_is_read_as_it_was_written() -> None:
    retained = Left("shop", "Old", QUEUE, "its DeletionPolicy is Retain")
    state = State(**{**vars(STATE), "left": (retained,)})

    assert State.from_json(state.to_json()) == state


def test_a_resource_is_found_by_its_type_and_name() -> None:
    assert STATE.find("AWS::SQS::Queue", "shop-orders") is QUEUE
    assert STATE.find("AWS::SNS::Topic", "shop-orders") is None


def test_what_aws_makes_up_is_not_known_wherever_it_stands() -> None:
    made_up = only_on_aws("shop-api", "RootResourceId")

    assert not is_known({"Parent": ["a", f"/{made_up}"]})
    assert is_known({"Parent": ["a", "/b"], "Count": 3, "On": True})
