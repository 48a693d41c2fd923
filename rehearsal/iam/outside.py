"""Policies that the templates refer to and somebody else declares: AWS, and CDK's bootstrap stack."""

import json
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from rehearsal.iam.statement import PolicyKind, Source, Statement, parse_document

_FILE = Path(__file__).with_name("outside.toml")


def managed(arn: str) -> tuple[Statement, ...] | None:
    """The statements of an AWS managed policy, None for one whose document is not in outside.toml."""
    name = arn.rpartition("/")[2]
    known = _known()["managed"].get(name)
    if known is None or not re.match(r"arn:[^:]+:iam::aws:policy/", arn):
        return None
    return parse_document(
        known["document"], Source("AWS", name, f"AWS managed policy {name}"), PolicyKind.IDENTITY
    )


def bucket(arn: str) -> tuple[Statement, ...] | None:
    """The policy of a bucket that CDK's bootstrap stack declares, None for any other bucket."""
    staging = _known()["staging"]
    if not re.fullmatch(staging["bucket"], arn.rpartition(":")[2]):
        return None
    document = json.loads(json.dumps(staging["document"]).replace("{bucket}", arn))
    return parse_document(
        document, Source("CDKToolkit", "StagingBucketPolicy", "CDKToolkit"), PolicyKind.RESOURCE
    )


def repository(arn: str) -> tuple[Statement, ...] | None:
    """The policy of a repository in which AWS keeps a managed image, None for any other repository."""
    name = arn.rpartition("repository/")[2]
    registry = _known()["registry"]
    if not any(re.fullmatch(one, name) for one in registry["repositories"]):
        return None
    return parse_document(
        registry["document"], Source("AWS", name, f"AWS's repository {name}"), PolicyKind.RESOURCE
    )


@cache
def _known() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
