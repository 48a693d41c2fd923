"""Roles that are used before their policies are attached to them."""

from pathlib import Path
from typing import Any

import pytest
from assembly_files import write_assembly

from assembly import load
from rehearsal.iam.early import early
from rehearsal.iam.rehearsal import Rehearsal

ROLE = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}}
POLICY = {"Type": "AWS::IAM::Policy", "Properties": {"PolicyName": "Own", "Roles": [{"Ref": "Role"}]}}
NAMES_IT = {"RoleArn": {"Fn::GetAtt": ["Role", "Arn"]}}
MODEL = {
    "Type": "AWS::SageMaker::Model",
    "Properties": {"ExecutionRoleArn": {"Fn::Sub": "${Role.Arn}"}},
}
CONFIG = {
    "Type": "AWS::SageMaker::EndpointConfig",
    "Properties": {"ProductionVariants": [{"ModelName": {"Fn::GetAtt": ["Model", "ModelName"]}}]},
}


def notebook(**attributes: Any) -> dict[str, Any]:
    return {"Type": "AWS::SageMaker::NotebookInstance", "Properties": NAMES_IT, **attributes}


def endpoint(**attributes: Any) -> dict[str, Any]:
    name = {"Fn::GetAtt": ["Config", "EndpointConfigName"]}
    return {"Type": "AWS::SageMaker::Endpoint", "Properties": {"EndpointConfigName": name}, **attributes}


CHAIN = {"Model": MODEL, "Config": CONFIG}


@pytest.mark.parametrize(
    ("resources", "found"),
    [
        ({"Starts": notebook()}, ["Policy"]),
        ({"Starts": notebook(DependsOn="Policy")}, []),
        ({"Starts": notebook(DependsOn=["Other"]), "Other": notebook(DependsOn=["Policy"])}, []),
        ({"Starts": endpoint(), **CHAIN}, ["Policy"]),
        ({"Starts": endpoint(), **CHAIN, "Model": MODEL | {"DependsOn": ["Policy"]}}, []),
        ({"Starts": {"Type": "AWS::Events::Rule", "Properties": NAMES_IT}}, []),
    ],
    ids=["early", "depends", "depends by another", "endpoint", "its model depends", "starts later"],
)
def test_what_starts_at_once_waits_for_the_policies_of_its_role(
    tmp_path: Path, resources: dict[str, Any], found: list[str]
) -> None:
    folder = write_assembly(tmp_path / "cdk.out", {"Role": ROLE, "Policy": POLICY, **resources})

    assert [one.policy.rpartition("/")[2] for one in early(load(folder))] == found


def test_nothing_of_either_environment_is_early(rehearsed: Rehearsal) -> None:
    assert [str(one) for one in early(rehearsed.assembly)] == []
