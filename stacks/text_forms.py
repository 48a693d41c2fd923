"""Texts of settings and releases that have one form: who breaks it reads what was expected, in words."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator


def of_form(pattern: str, expected: str, longest: int | None = None) -> AfterValidator:
    """Takes a text that the whole pattern matches; refuses another one with `expected <expected>`, and one
    that has more than `longest` characters."""
    form = re.compile(pattern, re.ASCII)

    def matching(text: str) -> str:
        if longest is not None and len(text) > longest:
            raise ValueError(f"expected at most {longest} characters, got {len(text)}")
        if not form.fullmatch(text):
            raise ValueError(f"expected {expected}")
        return text

    return AfterValidator(matching)


def said(error: Mapping[str, Any]) -> str:
    """What an error of pydantic's says, without the name of an exception of ours."""
    return str(error["msg"]).removeprefix("Value error, ")


# How SageMaker lets an endpoint or a container be called.
SageMakerName = Annotated[
    str, of_form(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", "1 to 63 letters and digits, with hyphens between them")
]
InstanceType = Annotated[
    str, of_form(r"ml\.[a-z][a-z0-9-]*\.(medium|large|\d*xlarge)", "an instance type such as ml.m5.xlarge")
]
Schedule = Annotated[
    str,
    of_form(
        r"cron\(\S+( \S+){5}\)|rate\([1-9]\d* (minute|hour|day)s?\)",
        "a schedule such as rate(1 day), or cron(0 3 ? * MON *) with six fields",
    ),
]
Email = Annotated[
    str, of_form(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", "an e-mail address such as team@example.com", longest=254)
]
_HYPHENATED = "lower-case letters, digits and single hyphens between them"
# SageMaker writes the names of its ARNs in lower case; the space is called after the user.
User = Annotated[
    str, of_form(r"[a-z](-?[a-z0-9])*", f"{_HYPHENATED}, a letter first, such as ann-lee", longest=40)
]
KubernetesName = Annotated[str, of_form(r"[a-z0-9](-?[a-z0-9])*", _HYPHENATED, longest=63)]
ClusterName = Annotated[
    str,
    of_form(
        r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}",
        "1 to 100 letters, digits, hyphens and underscores, a letter or digit first",
    ),
]
RoleName = Annotated[
    str, of_form(r"[\w+=,.@-]{1,64}", "the name of an IAM role, 1 to 64 letters, digits and _+=,.@-")
]
KubernetesVersion = Annotated[str, of_form(r"1\.\d{2}", "a version of Kubernetes such as 1.33")]
HourlySchedule = Annotated[
    str,
    of_form(
        r"cron\(0 (\*|([01]?\d|2[0-3])(/([1-9]|1\d|2[0-4]))?) \? \* \* \*\)",
        "a schedule of whole hours such as cron(0 * ? * * *) or cron(0 0/6 ? * * *)",
    ),
]
DomainName = Annotated[
    str,
    of_form(
        r"[a-z0-9](-?[a-z0-9])*(\.[a-z0-9](-?[a-z0-9])*)+",
        "a domain in lower case such as console.example.com",
        longest=253,
    ),
]
BucketName = Annotated[
    str,
    of_form(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "the name of a bucket, 3 to 63 letters, digits, . and -"),
]
_ARN_OF_US_EAST_1 = r"arn:aws:{}:us-east-1:\d{{12}}:{}"
CertificateArn = Annotated[
    str,
    of_form(
        _ARN_OF_US_EAST_1.format("acm", r"certificate/[0-9a-f-]{36}"),
        "the ARN of a certificate of us-east-1, arn:aws:acm:us-east-1:ACCOUNT:certificate/ID",
    ),
]
WebAclArn = Annotated[
    str,
    of_form(
        _ARN_OF_US_EAST_1.format("wafv2", r"global/webacl/[\w-]{1,128}/[0-9a-f-]{36}"),
        "the ARN of a web ACL for CloudFront, arn:aws:wafv2:us-east-1:ACCOUNT:global/webacl/NAME/ID",
    ),
]
