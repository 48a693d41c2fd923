"""Grants of KMS keys."""

from collections.abc import Mapping

from rehearsal.iam.account import Account, Grant, Role
from rehearsal.iam.request import Request
from rehearsal.iam.ternary import Ternary, any_of

_CONTEXT = "kms:encryptioncontext:"


def is_granted(account: Account, request: Request, role: Role | None) -> Ternary:
    """Whether a grant of the key lets the caller do this operation with this encryption context."""
    names = {request.principal} if role is None else {role.arn, role.session_arn}
    operation = request.action.partition(":")[2].lower()
    return any_of(
        operation in {one.lower() for one in grant.operations} and _meets(grant, _encryption_context(request))
        for grant in account.grants.get(request.resource, ())
        if grant.grantee in names
    )


def _encryption_context(request: Request) -> Mapping[str, str]:
    return {
        key[len(_CONTEXT) :]: value
        for key, value in request.context.items()
        if key.lower().startswith(_CONTEXT) and isinstance(value, str)
    }


def _meets(grant: Grant, given: Mapping[str, str]) -> bool:
    if grant.equals:
        return dict(given) == dict(grant.encryption_context)
    return grant.encryption_context.items() <= given.items()
