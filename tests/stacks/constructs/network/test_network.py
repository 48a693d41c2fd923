"""prod's network: two zones, nothing in or out but to the named services, and what runs in it."""

import json
import re
from collections import Counter
from typing import Any

import pytest
from assemblies import Assembly
from declared import allowed, named, only, resources, text


@pytest.fixture
def foundation(prod: Assembly) -> Any:
    return prod.template("foundation")


def properties(template: Any, kind: str) -> list[Any]:
    return [one["Properties"] for one in resources(template, kind)]


def test_the_subnets_lie_in_two_zones_that_no_lookup_named(prod: Assembly, foundation: Any) -> None:
    zones = [one["AvailabilityZone"] for one in properties(foundation, "AWS::EC2::Subnet")]
    assert zones == [{"Fn::Select": [number, {"Fn::GetAZs": ""}]} for number in (0, 1)]
    assert "missing" not in json.loads((prod.folder / "manifest.json").read_text())


def test_no_gateway_leads_out(foundation: Any) -> None:
    kinds = {one["Type"] for one in foundation["Resources"].values()}
    ways_out = {"AWS::EC2::InternetGateway", "AWS::EC2::NatGateway", "AWS::EC2::Route"}
    assert not kinds & ways_out
    assert not any(one["MapPublicIpOnLaunch"] for one in properties(foundation, "AWS::EC2::Subnet"))


def test_the_endpoints_are_those_that_models_jobs_and_functions_call(foundation: Any) -> None:
    endpoints = {
        re.sub(r"^com\.amazonaws\.[^.]+\.", "", text(one["ServiceName"])): one["VpcEndpointType"]
        for one in properties(foundation, "AWS::EC2::VPCEndpoint")
    }
    assert endpoints == {"s3": "Gateway", "sagemaker.runtime": "Interface", "xray": "Interface"}


def test_an_endpoint_lets_only_this_accounts_principals_through(foundation: Any) -> None:
    for endpoint in properties(foundation, "AWS::EC2::VPCEndpoint"):
        [statement] = endpoint["PolicyDocument"]["Statement"]
        limits = statement["Condition"]["StringEquals"]
        assert text(limits["aws:PrincipalAccount"]) == "${AWS::AccountId}"
        assert not any("*" in action for action in statement["Action"])


def test_storage_is_reached_in_buckets_of_this_account_only(foundation: Any) -> None:
    [gateway] = [
        one for one in properties(foundation, "AWS::EC2::VPCEndpoint") if one["VpcEndpointType"] == "Gateway"
    ]
    limits = gateway["PolicyDocument"]["Statement"][0]["Condition"]["StringEquals"]
    assert text(limits["aws:ResourceAccount"]) == "${AWS::AccountId}"


def test_only_functions_are_let_in_and_only_to_the_endpoints(foundation: Any) -> None:
    [ingress] = properties(foundation, "AWS::EC2::SecurityGroupIngress")
    assert ingress["FromPort"] == ingress["ToPort"] == 443
    source = named(foundation, ingress["SourceSecurityGroupId"])["Properties"]
    assert source["GroupDescription"].startswith("Functions")
    groups = properties(foundation, "AWS::EC2::SecurityGroup")
    assert not any("SecurityGroupIngress" in group for group in groups)


def test_whatever_leaves_is_https(foundation: Any) -> None:
    for group in properties(foundation, "AWS::EC2::SecurityGroup"):
        [egress] = group["SecurityGroupEgress"]
        leaves_nothing = egress.get("CidrIp") == "127.0.0.1/32"
        assert leaves_nothing or (egress["FromPort"], egress["ToPort"]) == (443, 443)


def test_all_traffic_is_logged_encrypted_and_for_a_time(foundation: Any) -> None:
    flow = only(foundation, "AWS::EC2::FlowLog")["Properties"]
    assert (flow["TrafficType"], flow["ResourceType"]) == ("ALL", "VPC")
    group = named(foundation, flow["LogGroupName"])["Properties"]
    assert group["RetentionInDays"] == 365
    assert "Key" in text(group["KmsKeyId"])


def test_model_and_function_run_in_both_subnets(prod: Assembly) -> None:
    serving = prod.template("churn-serving")
    model = only(serving, "AWS::SageMaker::Model")["Properties"]["VpcConfig"]
    function = only(serving, "AWS::Lambda::Function")["Properties"]["VpcConfig"]
    assert len({text(one) for one in model["Subnets"]}) == 2
    assert model["Subnets"] == function["SubnetIds"]
    assert model["SecurityGroupIds"] != function["SecurityGroupIds"]


def test_the_interfaces_are_made_in_our_subnets_and_behind_our_groups_only(prod: Assembly) -> None:
    places = allowed(prod.template("churn-serving"), "ec2:CreateNetworkInterface")
    kinds = Counter(
        kind
        for place in places
        for kind in ("network-interface", "security-group", "subnet")
        if f":{kind}/" in place
    )
    assert kinds == {"network-interface": 1, "security-group": 2, "subnet": 2}
    assert {place for place in places if place.endswith("/*")} == {
        "arn:aws:ec2:eu-central-1:${AWS::AccountId}:network-interface/*"
    }


def test_dev_has_no_network(dev: Assembly) -> None:
    assert not resources(dev.template("foundation"), "AWS::EC2::VPC")
    assert "VpcConfig" not in only(dev.template("churn-serving"), "AWS::SageMaker::Model")["Properties"]
