"""Pages that CloudFront hands out, and the users who sign in to them."""

import re
from collections.abc import Iterator

from stacks.policies.rule import Faults, Omission, rule
from stacks.policies.templates import Json, Resource, lookup

_DISTRIBUTION = "AWS::CloudFront::Distribution"
_HEADERS = "AWS::CloudFront::ResponseHeadersPolicy"
_CLIENT = "AWS::Cognito::UserPoolClient"
_CONFIG = "DistributionConfig"
_YEAR = 365 * 24 * 3600
_TLS = re.compile(r"TLSv1\.[23](_\d{4})?")


@rule(_DISTRIBUTION)
def distribution_demands_tls_1_2(distribution: Resource) -> Faults:
    """A distribution answers by TLS 1.2 or newer, with a certificate of its own domain: CloudFront's own
    takes TLS 1.0."""
    path = f"{_CONFIG}.ViewerCertificate.MinimumProtocolVersion"
    found = distribution.get(path)
    if not _TLS.fullmatch(str(found)):
        yield path, f"is {found!r}"


@rule(_DISTRIBUTION)
def distribution_answers_by_https_only(distribution: Resource) -> Faults:
    """A distribution answers by HTTPS only, and sends whoever comes by HTTP there."""
    for path, behavior in _behaviors(distribution):
        found = behavior.get("ViewerProtocolPolicy")
        if found not in ("https-only", "redirect-to-https"):
            yield f"{path}.ViewerProtocolPolicy", f"is {found!r}"


@rule(_DISTRIBUTION)
def distribution_signs_for_its_bucket(distribution: Resource) -> Faults:
    """A distribution signs what it asks of a bucket (origin access control): no bucket is a website."""
    for position, origin in enumerate(distribution.get(f"{_CONFIG}.Origins") or []):
        if not origin.get("OriginAccessControlId"):
            yield f"{_CONFIG}.Origins.{position}.OriginAccessControlId", "is missing"


@rule(_DISTRIBUTION)
def distribution_adds_security_headers(distribution: Resource) -> Faults:
    """Every answer of a distribution has the headers of a policy that its template declares."""
    for path, behavior in _behaviors(distribution):
        policies = distribution.templates.references(behavior.get("ResponseHeadersPolicyId"))
        if not any(one.type == _HEADERS for one in policies):
            yield f"{path}.ResponseHeadersPolicyId", "names no policy of ours"


@rule(_DISTRIBUTION)
def distribution_writes_logs(distribution: Resource) -> Faults:
    """A distribution logs its requests."""
    if not distribution.get(f"{_CONFIG}.Logging.Bucket"):
        yield f"{_CONFIG}.Logging.Bucket", "is missing"


@rule(_DISTRIBUTION, dev_may_omit=Omission.WAF)
def distribution_is_behind_a_firewall(distribution: Resource) -> Faults:
    """A distribution is behind a firewall."""
    if not distribution.get(f"{_CONFIG}.WebACLId"):
        yield f"{_CONFIG}.WebACLId", "is missing"


@rule(_HEADERS)
def headers_are_strict(policy: Resource) -> Faults:
    """A page's headers allow it nothing that it does not need: HTTPS for a year, no type that is guessed, no
    frame, no referrer, and a policy of contents without inline code, evaluation, wildcards or HTTP."""
    headers = policy.get("ResponseHeadersPolicyConfig.SecurityHeadersConfig") or {}
    if int(lookup(headers, "StrictTransportSecurity.AccessControlMaxAgeSec") or 0) < _YEAR:
        yield "StrictTransportSecurity", "is less than a year"
    if not headers.get("ContentTypeOptions"):
        yield "ContentTypeOptions", "is missing"
    if lookup(headers, "FrameOptions.FrameOption") != "DENY":
        yield "FrameOptions", "is not DENY"
    if lookup(headers, "ReferrerPolicy.ReferrerPolicy") != "no-referrer":
        yield "ReferrerPolicy", "is not no-referrer"
    contents = str(lookup(headers, "ContentSecurityPolicy.ContentSecurityPolicy") or "")
    for directive in ("default-src 'self'", "base-uri 'none'", "frame-ancestors 'none'", "object-src 'none'"):
        if directive not in contents:
            yield "ContentSecurityPolicy", f"has no {directive}"
    for loose in ("unsafe-", "*", "http:", "data:"):
        if loose in contents:
            yield "ContentSecurityPolicy", f"has {loose}"


@rule(_CLIENT)
def page_signs_in_by_code(client: Resource) -> Faults:
    """A client that signs users in by Cognito's pages does so by the code flow, at addresses of HTTPS; one
    without these pages is none."""
    if not client.get("AllowedOAuthFlowsUserPoolClient"):
        return
    flows = client.get("AllowedOAuthFlows") or []
    if flows != ["code"]:
        yield "AllowedOAuthFlows", f"is {flows!r}"
    for name in ("CallbackURLs", "LogoutURLs"):
        if not all(str(one).startswith("https://") for one in client.get(name) or [""]):
            yield name, "is not of HTTPS"


def _behaviors(distribution: Resource) -> Iterator[tuple[str, Json]]:
    yield f"{_CONFIG}.DefaultCacheBehavior", distribution.get(f"{_CONFIG}.DefaultCacheBehavior") or {}
    for position, one in enumerate(distribution.get(f"{_CONFIG}.CacheBehaviors") or []):
        yield f"{_CONFIG}.CacheBehaviors.{position}", one
