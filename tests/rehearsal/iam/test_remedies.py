"""The statement that a denial proposes allows the call that was denied, and not more than it needs."""

import json

import pytest

from rehearsal.iam.account import Account, Role
from rehearsal.iam.calls import Call
from rehearsal.iam.evaluate import evaluate
from rehearsal.iam.request import Request
from rehearsal.iam.wording import remedy

ROLE = "arn:aws:iam::111122223333:role/pipeline"
PASSED = "arn:aws:iam::111122223333:role/job"
PASS_ROLE = Request(ROLE, "iam:PassRole", PASSED, {"iam:passedtoservice": "sagemaker.amazonaws.com"})
READ = Request(ROLE, "s3:GetObject", "arn:aws:s3:::data/churn/input")


@pytest.mark.parametrize(
    ("request_", "conditions"),
    [
        (PASS_ROLE, {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}),
        (READ, None),
    ],
)
def test_it_passes_a_role_to_one_service_alone(request_: Request, conditions: object) -> None:
    roles, buckets = {ROLE: Role(ROLE, "pipeline")}, {"arn:aws:s3:::data": ()}
    account = Account("111122223333", "aws", "eu-central-1", roles, buckets)
    decision = evaluate(account, request_)
    said = remedy(Call(request_, "Pipeline", "creates a job", "https://docs.aws.amazon.com/"), decision)

    assert json.loads(said.partition("policy: ")[2]).get("Condition") == conditions
