"""The sessions of roles are called as the services call them that assume the roles."""

from collections.abc import Mapping
from typing import Any

import pytest
from policies import ROLE, trust

from rehearsal.iam.sessions import session_name

SAGEMAKER, LAMBDA = "sagemaker.amazonaws.com", "lambda.amazonaws.com"
ONE = {ROLE: ["predict"]}


@pytest.mark.parametrize(
    ("principals", "functions", "name"),
    [
        ([{"Service": SAGEMAKER}], {}, "SageMaker"),
        ([{"Service": SAGEMAKER}, {"Service": SAGEMAKER}], ONE, "SageMaker"),
        ([{"Service": [SAGEMAKER, LAMBDA]}], ONE, ""),
        ([{"Service": SAGEMAKER}, {"AWS": ROLE}], {}, ""),
        ([{"Service": LAMBDA}], ONE, "predict"),
        ([{"Service": LAMBDA}], {}, ""),
        ([{"Service": LAMBDA}], {ROLE: ["predict", "other"]}, ""),
        ([{"Service": "events.amazonaws.com"}], ONE, ""),
    ],
)
def test_one_service_names_its_sessions(
    principals: list[Any], functions: Mapping[str, list[str]], name: str
) -> None:
    policy = trust(*({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": one} for one in principals))

    assert session_name(ROLE, policy, functions) == name
