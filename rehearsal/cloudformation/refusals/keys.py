"""KMS: keys that nobody could change any more, and keys that a service may not use."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

from rehearsal.cloudformation.outcome import Refusal
from rehearsal.cloudformation.refusals.case import Case, Rule, listed
from rehearsal.cloudformation.refusals.identity import size

_KEY: Final = "AWS::KMS::Key"
_LOCKED: Final = "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html"
_QUOTA: Final = "https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html"
_LOGS: Final = "https://github.com/aws/aws-cdk/issues/28304"
_LARGEST: Final = 32_768


def still_changeable(case: Case) -> Iterator[Refusal]:
    """A key policy that lets the account, or an identity of it, put another one."""
    policy = case.resource.properties.get("KeyPolicy")
    if not isinstance(policy, dict):
        return
    if size(policy) > _LARGEST:
        text = f"Policy exceeds the maximum length of {_LARGEST} bytes"
        yield Refusal("policy-size", text, _QUOTA, ("grant by kms:ViaService in place of single roles",))
    bypassed = str(case.resource.properties.get("BypassPolicyLockoutSafetyCheck")).lower() == "true"
    if not bypassed and not any(_lets_account(one) for one in listed(policy.get("Statement"))):
        text = "The new key policy will not allow you to update the key policy in the future."
        ways = ("allow kms:* to the account: arn:aws:iam::ACCOUNT:root, as the default key policy does",)
        yield Refusal("key-lockout", text, _LOCKED, ways)


def _lets_account(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal", {})
    named = principal == "*" or (isinstance(principal, dict) and bool(listed(principal.get("AWS"))))
    return named and statement.get("Effect") == "Allow" and _has(statement, "kms:PutKeyPolicy")


def _has(statement: Mapping[str, Any], action: str) -> bool:
    return any(fnmatchcase(action, str(one)) for one in listed(statement.get("Action")))


def logs_may_use(case: Case) -> Iterator[Refusal]:
    """The key of a log group lets CloudWatch Logs encrypt."""
    key = case.find(_KEY, case.resource.properties.get("KmsKeyId"))
    if key is None:
        return
    statements = listed(key.properties.get("KeyPolicy", {}).get("Statement"))
    if not any(_lets_logs(one) for one in statements):
        account, region = case.situation.account, case.situation.region
        arn = f"arn:aws:logs:{region}:{account}:log-group:{case.resource.physical_id}"
        text = f"The specified KMS key does not exist or is not allowed to be used with Arn '{arn}'"
        ways = (
            (
                f"let logs.{region}.amazonaws.com use the key in its key policy (kms:Encrypt*, kms:Decrypt*,"
                " ...)"
            ),
        )
        yield Refusal("key-not-allowed", text, _LOGS, ways)


def _lets_logs(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal", {})
    services = listed(principal.get("Service")) if isinstance(principal, dict) else [principal]
    named = any(str(one) == "*" or str(one).startswith("logs.") or "⟨" in str(one) for one in services)
    actions = ("kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:Encrypt")
    return named and statement.get("Effect") == "Allow" and any(_has(statement, one) for one in actions)


RULES: Final[Mapping[str, tuple[Rule, ...]]] = {
    _KEY: (still_changeable,),
    "AWS::Logs::LogGroup": (logs_may_use,),
}
