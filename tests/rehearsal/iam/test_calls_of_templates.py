"""What services call by the templates of both environments, and which statements they need."""

from collections.abc import Iterator
from typing import Any

import pytest

from rehearsal.iam import Statement, Verdict, evaluate
from rehearsal.iam.calls import Call
from rehearsal.iam.idle import idle_grants, reasons, settled, stale
from rehearsal.iam.rehearsal import Rehearsal
from rehearsal.iam.removal import places
from rehearsal.iam.use import decisions

# The fewest that make sense: a kind of call that is derived no more would be missed otherwise.
FEWEST_CALLS, FEWEST_STATEMENTS = 2_000, 400


def test_no_call_is_denied_or_undecided(rehearsed: Rehearsal) -> None:
    answers = list(decisions(rehearsed.account, rehearsed.calls))

    assert [(call.made_by, one.message(call.request)) for call, one in answers if not one.allowed] == []
    assert len(answers) > FEWEST_CALLS


def test_each_call_names_a_page_of_aws(rehearsed: Rehearsal) -> None:
    assert {call.page.split("/")[2] for call in rehearsed.calls} == {"docs.aws.amazon.com"}


def test_each_deleted_statement_changes_an_answer_or_is_idle_for_a_reason(rehearsed: Rehearsal) -> None:
    idle = list(idle_grants(rehearsed.uses))
    known = reasons(rehearsed.assembly)

    assert [str(grant) for grant, reason in settled(idle, known) if reason is None] == []
    assert [str(one) for one in stale(idle, known)] == []
    assert len(rehearsed.uses) > FEWEST_STATEMENTS


def test_no_statement_is_idle_as_a_whole_but_those_that_let_sagemaker_pull_images(
    rehearsed: Rehearsal,
) -> None:
    idle = [use.statement.source.path.partition("/")[2] for use in rehearsed.uses if not use.needed_by]

    assert idle == ["ProcessingRepository", "EmojiTrainingRepository", "EmojiInferenceRepository"]


def deleted(rehearsed: Rehearsal) -> Iterator[tuple[Statement, Call, Verdict]]:
    """The first used statement of each policy, a call that needs it, and what becomes of it without."""
    needed = {id(use.statement): use for use in rehearsed.uses if use.needed_by}
    for place in places(rehearsed.account):
        for statement in [*place.declared(rehearsed.account)][:1]:
            if use := needed.get(id(statement)):
                account = place.without(rehearsed.account, statement)
                yield statement, use.needed_by[0], evaluate(account, use.needed_by[0].request).verdict


def test_what_a_deletion_does_is_what_the_evaluator_says(rehearsed_dev: Rehearsal) -> None:
    verdicts = {(statement.effect, verdict) for statement, _, verdict in deleted(rehearsed_dev)}

    assert verdicts == {("Allow", Verdict.DENIED), ("Deny", Verdict.ALLOWED)}


# A kind of call that the templates bring about, with a key of its context that the service sets.
CARRIED: list[tuple[str, dict[str, Any]]] = [
    ("kms:Decrypt", {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}),
    ("kms:CreateGrant", {"kms:GrantIsForAWSResource": "true"}),
    ("kms:GenerateDataKeyWithoutPlaintext", {"kms:EncryptionContextKeys": ("aws:logs:arn",)}),
    ("iam:PassRole", {"iam:PassedToService": "sagemaker.amazonaws.com"}),
    ("lambda:InvokeFunction", {"aws:PrincipalServiceName": "apigateway.amazonaws.com"}),
    ("sns:Publish", {"aws:PrincipalServiceName": "budgets.amazonaws.com"}),
    ("sts:AssumeRole", {"aws:PrincipalServiceName": "sagemaker.amazonaws.com"}),
    ("s3:ListBucket", {"s3:prefix": "churn/input/churn.txt"}),
]


@pytest.mark.parametrize(("action", "carried"), CARRIED, ids=[action for action, _ in CARRIED])
def test_a_call_carries_what_its_service_sets(
    rehearsed_dev: Rehearsal, action: str, carried: dict[str, Any]
) -> None:
    asked = [call.request for call in rehearsed_dev.calls if call.request.action == action]

    assert any(carried.items() <= dict(one.context).items() for one in asked)


def test_only_what_runs_in_the_vpc_leaves_by_its_endpoints(
    rehearsed_dev: Rehearsal, rehearsed_prod: Rehearsal
) -> None:
    def by_endpoint(one: Rehearsal) -> set[str]:
        return {call.request.action for call in one.calls if "aws:SourceVpce" in call.request.context}

    assert by_endpoint(rehearsed_dev) == set()
    assert {
        "s3:GetObject",
        "s3:PutObject",
        "xray:PutTraceSegments",
        "sagemaker:InvokeEndpoint",
    } < by_endpoint(rehearsed_prod)
    assert "ecr:BatchGetImage" not in by_endpoint(rehearsed_prod)
