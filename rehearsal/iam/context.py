"""The keys of a request's context: those that the call carries, and those that follow from who calls what."""

from collections.abc import Callable, Mapping
from typing import NoReturn

from rehearsal.iam import arns
from rehearsal.iam.account import Account, Role
from rehearsal.iam.patterns import Unknown
from rehearsal.iam.request import Request

# Every request has a value for these, which nobody knows beforehand; an account may be in an organization.
_ALWAYS_UNKNOWN = {
    "aws:currenttime",
    "aws:epochtime",
    "aws:useragent",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:resourceorgid",
    "aws:resourceorgpaths",
}
# A service has more names than the one that it calls by.
_UNKNOWN_OF_SERVICES = {"aws:principalservicenameslist"}
# Those of a session of a role.
_UNKNOWN_OF_ROLES = {
    "aws:userid",
    "aws:tokenissuetime",
    "aws:multifactorauthpresent",
    "aws:multifactorauthage",
}
_ENDPOINT = "aws:sourcevpce"
_TAG = ":resourcetag/"


class RequestContext:
    """What one request carries; it keeps what would have to be known in `missing`."""

    def __init__(self, account: Account, request: Request, role: Role | None) -> None:
        self._account = account
        self._request = request
        self._role = role
        self._given = {
            key.lower(): (value,) if isinstance(value, str) else tuple(value)
            for key, value in request.context.items()
        }
        self._unknown = {key.lower() for key in request.unknown}
        self.missing: dict[str, None] = {}

    def note(self, fact: str) -> None:
        self.missing[fact] = None

    def forget(self, since: int) -> None:
        """Drop the notes after the first ones: they decide nothing."""
        for fact in [*self.missing][since:]:
            del self.missing[fact]

    def values(self, key: str) -> tuple[str, ...] | None:
        """The values of a key, None where the request doesn't carry it. Raises Unknown."""
        known = key.lower()
        if known in self._given:
            return self._given[known]
        if known in self._unknown or known in _ALWAYS_UNKNOWN or self._is_of_caller(known):
            self._not_known(key)
        if derive := _DERIVED.get(known):
            value = derive(self)
            return None if value is None else (value,)
        if known.startswith("aws:principaltag/"):
            return self._tag(self._role.tags if self._role else {}, key)
        if _TAG in known:
            return self._resource_tag(key)
        self._check_network(known, key)
        return None

    def value(self, key: str) -> str | None:
        """The value of a variable, None where there isn't exactly one. Raises Unknown."""
        found = self.values(key)
        return found[0] if found is not None and len(found) == 1 else None

    @property
    def endpoint(self) -> str | None:
        """The VPC endpoint that the request passes."""
        return next(iter(self._given.get(_ENDPOINT, ())), None)

    def _is_of_caller(self, known: str) -> bool:
        return known in (_UNKNOWN_OF_SERVICES if self._role is None else _UNKNOWN_OF_ROLES)

    def _check_network(self, known: str, key: str) -> None:
        """A request has an address of the internet or, through an endpoint, the VPC's. Raises Unknown."""
        through = self.endpoint is not None
        if known == "aws:sourceip" and not through:
            self._not_known(key)
        if known in ("aws:sourcevpc", "aws:vpcsourceip", "aws:sourcevpcarn") and through:
            self._not_known(key)

    def _resource_tag(self, key: str) -> tuple[str, ...] | None:
        tags = self._account.tags.get(self._request.resource)
        return self._not_known(key) if tags is None else self._tag(tags, key)

    def _tag(self, tags: Mapping[str, str], key: str) -> tuple[str, ...] | None:
        """A tag's value; its name has no case as a part of a key."""
        name = key.partition("/")[2].lower()
        found = [value for tag, value in tags.items() if tag.lower() == name]
        return (found[0],) if found else None

    def _not_known(self, key: str) -> NoReturn:
        self.note(f"the value of {key}")
        raise Unknown(key)

    def _owner(self) -> str | None:
        owner = arns.account(self._request.resource)
        if self._request.resource == "*" or owner == self._account.id:
            return self._account.id
        if (
            not owner
            and arns.holder(self._request.resource, self._account) in self._account.resource_policies
        ):
            return self._account.id
        return owner or self._not_known("aws:ResourceAccount")

    def _of_role(self, value: Callable[[Role], str]) -> str | None:
        return None if self._role is None else value(self._role)

    def _service(self) -> str | None:
        return self._request.principal if self._role is None else None

    def _is_service(self) -> str:
        return "true" if self._role is None else "false"

    def _account_of_caller(self) -> str | None:
        return self._of_role(lambda role: self._account.id)

    def _region(self) -> str:
        return self._account.region

    def _principal_type(self) -> str | None:
        return self._of_role(lambda role: "AssumedRole")

    def _principal_arn(self) -> str | None:
        return self._of_role(lambda role: role.arn)


_DERIVED: Mapping[str, Callable[[RequestContext], str | None]] = {
    "aws:principalarn": RequestContext._principal_arn,
    "aws:principalaccount": RequestContext._account_of_caller,
    "kms:calleraccount": RequestContext._account_of_caller,
    "aws:principaltype": RequestContext._principal_type,
    "aws:principalisawsservice": RequestContext._is_service,
    "aws:principalservicename": RequestContext._service,
    "aws:requestedregion": RequestContext._region,
    "aws:resourceaccount": RequestContext._owner,
    "s3:resourceaccount": RequestContext._owner,
    "aws:securetransport": lambda context: "true",
    "aws:viaawsservice": lambda context: "false",
}
