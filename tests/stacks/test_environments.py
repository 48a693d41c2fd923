"""The two environments beside each other: what dev goes without, and that it is nothing else."""

import json
from collections import Counter
from typing import Any

import pytest
from assemblies import MODELS, STACKS, Assembly
from declared import resources, statements, text, texts

from stacks.constructs.model.build_context import image_sources
from stacks.policies.rule import evaluate
from stacks.policies.rules import RULES
from stacks.policies.templates import Templates
from stacks.workloads.shared.record import workloads

# What each omission takes away, by resource type: VPC, WAF, retention (dev empties and deletes its buckets).
VPC = {
    *(f"AWS::EC2::{kind}" for kind in ("FlowLog", "RouteTable", "SecurityGroup", "SecurityGroupIngress")),
    *(f"AWS::EC2::{kind}" for kind in ("Subnet", "SubnetRouteTableAssociation", "VPC", "VPCEndpoint")),
}
WAF = {"AWS::WAFv2::LoggingConfiguration", "AWS::WAFv2::WebACL", "AWS::WAFv2::WebACLAssociation"}
# What starts prod's training: in dev a person does. The parts of a folder start nothing as they arrive.
TRIGGERS = 2 * len(MODELS) - sum(one.data.endswith("/") for one in workloads())
OF_THE_OMITTED = {
    "AWS::Events::Rule": TRIGGERS,
    "AWS::IAM::Policy": 1 + TRIGGERS,  # of the flow log, and of the rules
    "AWS::IAM::Role": TRIGGERS,
    "AWS::Logs::LogGroup": len(MODELS),  # flow log and firewalls, but dev has one of what empties buckets
    "AWS::SNS::Subscription": 1,  # nobody is woken for dev
}


def templates(assembly: Assembly) -> Templates:
    return Templates.read(assembly.templates)


def test_our_own_rules_are_met(each: Assembly) -> None:
    assert evaluate(RULES, templates(each), each.env) == []  # type: ignore[arg-type]


def test_what_dev_is_told_for_not_being_prod_is_what_it_may_omit(dev: Assembly) -> None:
    strict = {one.rule for one in evaluate(RULES, templates(dev), "prod")}
    by_id = {rule.id: rule for rule in RULES}
    assert strict
    assert {name for name in strict if not by_id[name].dev_may_omit} == set()


def test_dev_goes_without_vpc_waf_and_retention_and_nothing_else(dev: Assembly, prod: Assembly) -> None:
    counts = {one.env: Counter(kinds(one)) for one in (dev, prod)}
    missing = counts["prod"] - counts["dev"]
    assert set(missing) - set(OF_THE_OMITTED) == VPC | WAF
    assert {kind: missing[kind] for kind in OF_THE_OMITTED if missing[kind]} == {
        kind: count for kind, count in OF_THE_OMITTED.items() if missing[kind]
    }
    added = counts["dev"] - counts["prod"]
    assert set(added) <= {
        "AWS::Lambda::Function",
        "AWS::IAM::Role",
        "Custom::S3AutoDeleteObjects",
        "AWS::Logs::LogGroup",
    }


def kinds(assembly: Assembly) -> list[str]:
    return [one["Type"] for stack in STACKS for one in assembly.template(stack)["Resources"].values()]


@pytest.mark.parametrize("stack", STACKS)
def test_access_in_dev_is_never_wider_than_in_prod(dev: Assembly, prod: Assembly, stack: str) -> None:
    assert rights(dev, stack) <= rights(prod, stack)


def rights(assembly: Assembly, stack: str) -> set[tuple[str, str, str]]:
    """Action, resource and condition of every statement, without the environment's name in them."""
    return {
        tuple(without(assembly.env, part) for part in (action, resource, condition))  # type: ignore[misc]
        for statement in statements(assembly.template(stack))
        for action in texts(statement["Action"])
        for resource in texts(statement["Resource"])
        for condition in [json.dumps(statement.get("Condition", {}), sort_keys=True)]
    }


def without(env: str, text: str) -> str:
    # CodePipeline cuts the name of a build, with the environment in it, after 20 characters.
    for image in image_sources():
        text = text.replace(f"/{image.build_folder(env)}/", "/build/")
        text = text.replace(f'"{image.build_folder(env)}/', '"build/')
    return text.replace(f"slipway-{env}", "slipway-env")


def test_prod_is_protected_from_deletion_and_dev_is_not(dev: Assembly, prod: Assembly) -> None:
    for assembly, protected in ((dev, False), (prod, True)):
        found = {one.properties.get("terminationProtection", False) for one in assembly.stacks.values()}
        assert found == {protected}


def test_what_costs_money_carries_the_tags_of_its_environment(each: Assembly, context: Any) -> None:
    expected = {**context["environments"][each.env]["tags"], "environment": f"slipway-{each.env}"}
    tagged = ("AWS::S3::Bucket", "AWS::KMS::Key", "AWS::SageMaker::Endpoint", "AWS::Lambda::Function")
    for stack in ("foundation", "churn-serving"):
        for kind in tagged:
            for resource in resources(each.template(stack), kind):
                if "Tags" in resource["Properties"]:
                    tags = {one["Key"]: one["Value"] for one in resource["Properties"]["Tags"]}
                    assert expected.items() <= tags.items()


def test_dev_leaves_no_logs_of_the_handler_that_empties_its_buckets(dev: Assembly) -> None:
    template = dev.template("foundation")
    [handler] = resources(template, "AWS::Lambda::Function")
    group = text(handler["Properties"]["LoggingConfig"]["LogGroup"]).removeprefix("${").removesuffix("}")
    assert template["Resources"][group]["DeletionPolicy"] == "Delete"


def test_no_stack_of_dev_keeps_anything(dev: Assembly) -> None:
    kept = [
        (stack, logical_id)
        for stack in STACKS
        for logical_id, one in dev.template(stack)["Resources"].items()
        if one.get("DeletionPolicy", "Delete") != "Delete"
    ]
    assert kept == []
