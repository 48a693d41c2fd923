"""Who may call an API: one of three, each an object that knows what it declares."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from aws_cdk import CfnOutput
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cognito as cognito

from stacks.constructs.api.user_pool import build_user_pool
from stacks.settings import Settings


@dataclass(frozen=True)
class Access:
    """How a method is guarded, and which of cdk-nag's findings about it are accepted, with the reason."""

    options: Mapping[str, Any]
    accepted: Mapping[str, str] = field(default_factory=dict)


_PREFLIGHT = "a browser sends a preflight without credentials; the function answers it with headers alone"
PUBLIC = Access(
    {"authorization_type": apigateway.AuthorizationType.NONE},
    {"AwsSolutions-APIG4": _PREFLIGHT},
)


class Authorization(Protocol):
    """A way to authorize callers."""

    def bind(self, api: apigateway.RestApi) -> Access:
        """How the methods for callers are guarded; what that needs is declared within the API."""
        ...


class Iam:
    """AWS principals that sign their requests (SigV4) and may execute-api:Invoke the API."""

    def bind(self, api: apigateway.RestApi) -> Access:
        return Access(
            {"authorization_type": apigateway.AuthorizationType.IAM},
            {"AwsSolutions-COG4": "callers are services and people with roles in AWS, who sign by SigV4"},
        )


@dataclass(frozen=True)
class Cognito:
    """Users of a pool, who send its ID token: the one that is given, or one of the API's own."""

    keeps_data: bool
    pool: cognito.IUserPool | None = None

    def bind(self, api: apigateway.RestApi) -> Access:
        if self.pool is not None:
            return _by(api, self.pool)
        pool = build_user_pool(api, keeps_data=self.keeps_data)
        client = pool.add_client(
            "Client",
            auth_flows=cognito.AuthFlow(user_srp=True),
            prevent_user_existence_errors=True,
            disable_o_auth=True,
        )
        _output(api, "UserPoolId", pool.user_pool_id)
        _output(api, "UserPoolClientId", client.user_pool_client_id)
        return _by(api, pool)


def _by(api: apigateway.RestApi, pool: cognito.IUserPool) -> Access:
    authorizer = apigateway.CognitoUserPoolsAuthorizer(api, "Authorizer", cognito_user_pools=[pool])
    return Access({"authorization_type": apigateway.AuthorizationType.COGNITO, "authorizer": authorizer})


@dataclass(frozen=True)
class ApiKey:
    """Holders of a key, whose usage plan has the limits of the API."""

    rate_limit: int
    burst_limit: int

    def bind(self, api: apigateway.RestApi) -> Access:
        key = api.add_api_key("Key")
        plan = api.add_usage_plan(
            "UsagePlan",
            throttle=apigateway.ThrottleSettings(rate_limit=self.rate_limit, burst_limit=self.burst_limit),
            api_stages=[apigateway.UsagePlanPerApiStage(api=api, stage=api.deployment_stage)],
        )
        plan.add_api_key(key)
        _output(api, "ApiKeyId", key.key_id)
        reason = "the settings choose an API key, which the method requires"
        return Access(
            {"authorization_type": apigateway.AuthorizationType.NONE, "api_key_required": True},
            {"AwsSolutions-APIG4": reason, "AwsSolutions-COG4": reason},
        )


def _output(api: apigateway.RestApi, name: str, value: str) -> None:
    CfnOutput(api, name, value=value).override_logical_id(name)


def chosen(settings: Settings, pool: cognito.IUserPool | None = None) -> Authorization:
    """The one that the settings name; where users are a pool's, it may be one that several APIs have."""
    api = settings.api
    kinds: Mapping[str, Authorization] = {
        "iam": Iam(),
        "cognito": Cognito(settings.keeps_data, pool),
        "api_key": ApiKey(api.rate_limit, api.burst_limit),
    }
    return kinds[api.authorization]
