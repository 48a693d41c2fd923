"""MiniStack's evaluator over cases from the standard input: its decision for each, as a list of words."""

import json
import sys
from typing import Any

from ministack.core.iam_evaluator import EvalContext, combine_resource_policy, evaluate, parse_policy_document


def judged(case: dict[str, Any]) -> str:
    request = case["request"]
    context = EvalContext(
        principal_arn=case["session"],
        principal_type="AssumedRole",
        principal_account=case["account"],
        action=request["action"],
        resource_arn=request["resource"],
        region=case["region"],
        source_ip=request["context"].get("aws:SourceIp"),
        secure_transport=request["context"].get("aws:SecureTransport") == "true",
        service_context={key.lower(): value for key, value in request["context"].items()},
        principal_keys={f"aws:principaltag/{key}": value for key, value in case["tags"].items()},
    )
    limits = [[parse_policy_document(case["boundary"])]] if case["boundary"] else []
    identity = evaluate(context, [parse_policy_document(case["identity"])], *limits)
    both = combine_resource_policy(
        identity, context, case["resource"], case["account"], required=case["is_key"], limits=tuple(limits)
    )
    return {"Allow": "allowed", "Deny": "denied", "ImplicitDeny": "denied"}[both.decision]


json.dump([judged(one) for one in json.load(sys.stdin)], sys.stdout)
