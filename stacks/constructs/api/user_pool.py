"""Users whom somebody invites, and who sign in with a second factor."""

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_cognito as cognito
from constructs import Construct


def build_user_pool(scope: Construct, *, keeps_data: bool) -> cognito.UserPool:
    """The pool of the scope; it outlives its stack where data do."""
    return cognito.UserPool(
        scope,
        "UserPool",
        self_sign_up_enabled=False,
        sign_in_aliases=cognito.SignInAliases(email=True),
        account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
        mfa=cognito.Mfa.REQUIRED,
        mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
        password_policy=cognito.PasswordPolicy(
            min_length=14,
            require_digits=True,
            require_lowercase=True,
            require_symbols=True,
            require_uppercase=True,
        ),
        feature_plan=cognito.FeaturePlan.PLUS,
        standard_threat_protection_mode=cognito.StandardThreatProtectionMode.FULL_FUNCTION,
        deletion_protection=keeps_data,
        removal_policy=RemovalPolicy.RETAIN if keeps_data else RemovalPolicy.DESTROY,
    )


class SignIn(Construct):
    """One pool for every API and the page at `page`, which signs its users in by Cognito's own pages: the
    code flow of a client that can keep no secret, with PKCE."""

    def __init__(self, scope: Construct, id: str, *, env: str, page: str, keeps_data: bool) -> None:
        super().__init__(scope, id)
        self.pool = build_user_pool(self, keeps_data=keeps_data)
        # A prefix is one of the whole region's, for all accounts.
        prefix = cognito.CognitoDomainOptions(domain_prefix=f"slipway-{env}-{Stack.of(self).account}")
        self.domain = self.pool.add_domain("Domain", cognito_domain=prefix)
        self.client = self.pool.add_client(
            "Page",
            generate_secret=False,
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            supported_identity_providers=[cognito.UserPoolClientIdentityProvider.COGNITO],
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[cognito.OAuthScope.OPENID, cognito.OAuthScope.EMAIL],
                callback_urls=[page],
                logout_urls=[page],
            ),
        )
