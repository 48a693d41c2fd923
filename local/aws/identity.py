"""STS and IAM: who calls, and the roles that the template declares."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from assembly import Assembly
from assembly.resources import Resource
from local.aws.errors import AwsError
from local.aws.query import QueryService

_ROLE = "AWS::IAM::Role"
_SAGEMAKER = "sagemaker.amazonaws.com"
# Where no role of the template is SageMaker's to assume.
_OF_THIS_MACHINE = "slipway-local"
_IAM_REGION = "us-east-1"


class Identity:
    """The caller: a session of the first role of the template that SageMaker assumes."""

    def __init__(self, declared: Assembly) -> None:
        self._place = declared.place
        roles = [one for one in declared.resources(_ROLE) if one.known_name is not None]
        self._roles = {one.name: one for one in roles}
        assumed = (one.name for one in roles if _SAGEMAKER in str(one.known("AssumeRolePolicyDocument")))
        self.role = next(assumed, _OF_THIS_MACHINE)

    def services(self) -> dict[str, QueryService]:
        region = self._place.region
        return {
            "sts": QueryService("sts", [region], {"GetCallerIdentity": self._caller}),
            # Some clients sign for IAM's own region, some for theirs.
            "iam": QueryService("iam", [_IAM_REGION, region], {"GetRole": self._get_role}),
        }

    def _caller(self, _: Mapping[str, str]) -> Mapping[str, Any]:
        account, partition = self._place.account, self._place.partition
        return {
            "UserId": "AROALOCAL:local",
            "Account": account,
            "Arn": f"arn:{partition}:sts::{account}:assumed-role/{self.role}/local",
        }

    def _get_role(self, arguments: Mapping[str, str]) -> Mapping[str, Any]:
        name = arguments["RoleName"]
        role: Resource | None = self._roles.get(name)
        if role is None and name != self.role:
            raise AwsError("NoSuchEntity", f"The role with name {name} cannot be found.", 404)
        return {
            "Role": {
                "Path": "/",
                "RoleName": name,
                "RoleId": "AROALOCAL",
                "Arn": f"arn:{self._place.partition}:iam::{self._place.account}:role/{name}",
                "CreateDate": datetime(2020, 1, 1, tzinfo=UTC),
            }
        }
