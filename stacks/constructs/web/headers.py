"""The headers of a page's answers: those of web/headers.json, and what HTTPS adds."""

import json
from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudfront as cloudfront
from constructs import Construct

from stacks.settings import ROOT

FILE = ROOT / "web" / "headers.json"
CONTENT_SECURITY_POLICY = "Content-Security-Policy"
# Those that CloudFront has a member for, and takes nowhere else.
_OF_CLOUDFRONT = {
    CONTENT_SECURITY_POLICY,
    "Referrer-Policy",
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "X-Frame-Options",
}


def security_headers(
    scope: Construct, id: str, *, connect: Sequence[str]
) -> cloudfront.ResponseHeadersPolicy:
    """The policy; its page may call the origins of `connect`, besides its own."""
    headers: Mapping[str, str] = json.loads(FILE.read_text(encoding="utf-8"))
    policy = "; ".join([headers[CONTENT_SECURITY_POLICY], " ".join(["connect-src 'self'", *connect])])
    return cloudfront.ResponseHeadersPolicy(
        scope,
        id,
        security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
            content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                content_security_policy=policy, override=True
            ),
            content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
            frame_options=cloudfront.ResponseHeadersFrameOptions(
                frame_option=cloudfront.HeadersFrameOption.DENY, override=True
            ),
            referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                referrer_policy=cloudfront.HeadersReferrerPolicy.NO_REFERRER, override=True
            ),
            strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                access_control_max_age=Duration.days(365), include_subdomains=True, override=True
            ),
        ),
        custom_headers_behavior=cloudfront.ResponseCustomHeadersBehavior(
            custom_headers=[
                cloudfront.ResponseCustomHeader(header=name, value=value, override=True)
                for name, value in headers.items()
                if name not in _OF_CLOUDFRONT
            ]
        ),
        remove_headers=["Server", "X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id"],
    )
