"""What is open as it is created, and what is stated less strict than the default."""

from collections.abc import Callable
from typing import Any

import pytest
from cloud_assemblies import Declared
from protected_settings import BLOCKED, BUCKET, FUNCTION, METHOD, TITLE, ingress, public_access
from verdicts import broken_links, reasons


def apiv2_domain(policy: str) -> dict[str, Any]:
    return {"DomainNameConfigurations": [{"SecurityPolicy": policy}]}


DISTRIBUTION = "AWS::CloudFront::Distribution"
LISTENER = "AWS::ElasticLoadBalancingV2::Listener"
CLASSIC = "AWS::ElasticLoadBalancing::LoadBalancer"
OLD_POLICIES = (
    "2016-08",
    "TLS-1-0-2015-04",
    "TLS-1-1-2017-01",
    "FS-2018-06",
    "FS-1-1-2019-08",
    "TLS13-1-0-2021-06",
)
NEW_POLICIES = ("TLS-1-2-2017-01", "FS-1-2-Res-2020-10", "TLS13-1-2-2021-06", "TLS13-1-3-2021-06")


def viewers(policy: str) -> dict[str, Any]:
    return {"DistributionConfig": {"ViewerCertificate": {"MinimumProtocolVersion": policy}}}


def origin(*protocols: str) -> dict[str, Any]:
    custom = {"OriginProtocolPolicy": "https-only", "OriginSSLProtocols": [*protocols]}
    return {"DistributionConfig": {"Origins": [{"Id": "shop", "CustomOriginConfig": custom}]}}


def classic(policy: str) -> dict[str, Any]:
    attributes = [{"Name": "Reference-Security-Policy", "Value": policy}]
    return {
        "Policies": [{"PolicyName": "p", "PolicyType": "SSLNegotiationPolicyType", "Attributes": attributes}]
    }


def search(policy: str) -> dict[str, Any]:
    return {"DomainEndpointOptions": {"TLSSecurityPolicy": policy}}


@pytest.mark.parametrize(
    ("type", "properties", "told"),
    [
        ("AWS::Lambda::Url", {"AuthType": "NONE"}, True),
        ("AWS::Lambda::Url", {"AuthType": "AWS_IAM"}, False),
        ("AWS::EC2::SecurityGroup", ingress("0.0.0.0/0"), True),
        ("AWS::EC2::SecurityGroup", ingress("10.0.0.0/8"), False),
        ("AWS::RDS::DBInstance", {"PubliclyAccessible": True}, True),
        (BUCKET, {"AccessControl": "PublicRead"}, True),
        (BUCKET, {}, False),
        (BUCKET, public_access(BLOCKED), False),
        (BUCKET, public_access(dict.fromkeys(BLOCKED, False)), True),
        (BUCKET, public_access(dict.fromkeys(BLOCKED, "false")), True),
        ("AWS::EC2::SecurityGroup", ingress("0.0.0.0/1", "128.0.0.0/1"), True),
        ("AWS::ApiGateway::DomainName", {"SecurityPolicy": "TLS_1_0"}, True),
        ("AWS::ApiGatewayV2::DomainName", apiv2_domain("TLS_1_0"), True),
        ("AWS::ApiGateway::DomainName", {"SecurityPolicy": "TLS_1_2"}, False),
        *(
            (DISTRIBUTION, viewers(policy), True)
            for policy in ("SSLv3", "TLSv1", "TLSv1_2016", "TLSv1.1_2016")
        ),
        *(
            (DISTRIBUTION, viewers(policy), False)
            for policy in ("TLSv1.2_2018", "TLSv1.2_2021", "TLSv1.3_2025")
        ),
        (DISTRIBUTION, origin("TLSv1.2", "TLSv1"), True),
        (DISTRIBUTION, origin("SSLv3"), True),
        (DISTRIBUTION, origin("TLSv1.2"), False),
        *((LISTENER, {"SslPolicy": f"ELBSecurityPolicy-{policy}"}, True) for policy in OLD_POLICIES),
        *((LISTENER, {"SslPolicy": f"ELBSecurityPolicy-{policy}"}, False) for policy in NEW_POLICIES),
        (LISTENER, {"SslPolicy": {"Ref": "Policy"}}, False),
        (CLASSIC, classic("ELBSecurityPolicy-2016-08"), True),
        (CLASSIC, classic("ELBSecurityPolicy-TLS-1-2-2017-01"), False),
        ("AWS::OpenSearchService::Domain", search("Policy-Min-TLS-1-0-2019-07"), True),
        ("AWS::OpenSearchService::Domain", search("Policy-Min-TLS-1-2-PFS-2023-10"), False),
        ("AWS::Elasticsearch::Domain", search("Policy-Min-TLS-1-0-2019-07"), True),
        (METHOD, {"HttpMethod": "GET", "AuthorizationType": "NONE"}, True),
        (METHOD, {"HttpMethod": "GET", "AuthorizationType": "AWS_IAM"}, False),
        (METHOD, {"HttpMethod": "GET", "AuthorizationType": "NONE", "ApiKeyRequired": True}, False),
        (METHOD, {"HttpMethod": "OPTIONS", "AuthorizationType": "NONE"}, False),
        ("AWS::ApiGatewayV2::Route", {"RouteKey": "GET /x"}, True),
        ("AWS::KMS::Key", {}, False),
        (FUNCTION, {}, False),
    ],
)
def test_of_new_resources_only_what_opens_is_told(
    diff: Callable[..., str], type: str, properties: Any, told: bool
) -> None:
    added = diff(Declared(), Declared({"Thing": {"Type": type, "Properties": properties}}))

    assert bool(reasons(added, TITLE)) is told
    assert not broken_links(added)


@pytest.mark.parametrize(
    ("type", "new", "words"),
    [
        (BUCKET, public_access({**BLOCKED, "RestrictPublicBuckets": False}), "public access"),
        (BUCKET, public_access({"BlockPublicAcls": True}), "public access"),
        ("AWS::S3::AccessPoint", public_access({"BlockPublicPolicy": False}), "public access"),
        ("AWS::ApiGateway::DomainName", {"SecurityPolicy": "TLS_1_0"}, "TLS before 1.2"),
    ],
)
def test_what_is_stated_less_strict_than_the_default_is_told(
    changed: Callable[..., str], type: str, new: Any, words: str
) -> None:
    [reason] = reasons(changed(type, {}, new), TITLE)

    assert words in reason


def test_a_new_api_may_be_open(diff: Callable[..., str]) -> None:
    api = {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "a"}}
    method = {
        "Type": METHOD,
        "Properties": {"HttpMethod": "GET", "RestApiId": {"Ref": "Api"}, "AuthorizationType": "NONE"},
    }

    whole = diff(Declared(), Declared({"Api": api, "Method": method}))
    one_more = diff(Declared({"Api": api}), Declared({"Api": api, "Method": method}))

    assert reasons(whole, TITLE) == []
    assert len(reasons(one_more, TITLE)) == 1
