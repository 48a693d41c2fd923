"""The console: one page over every workload, at a domain of the account's."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from stacks.constructs.api.prediction_api import PredictionApi
from stacks.constructs.web.headers import security_headers
from stacks.constructs.web.site import Site
from stacks.platform.foundation import Foundation
from stacks.setting_parts import Console as ConsoleSettings
from stacks.settings import Settings

# The API's setting, as the page has it.
_AUTHORIZATION = {"iam": "iam", "cognito": "cognito", "api_key": "api-key"}


class Console(Stack):
    """The page, which calls `apis`, those of the workloads by name, and signs its users in as these demand.
    Its policy lets it call nothing else; the APIs let it read what they answer, since the settings have its
    origin first among the allowed ones."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: Settings,
        console: ConsoleSettings,
        foundation: Foundation,
        apis: Mapping[str, PredictionApi],
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, id, **kwargs)
        auth = {"type": _AUTHORIZATION[settings.api.authorization]}
        connect = [api.origin for api in apis.values()]
        if sign_in := foundation.sign_in:
            domain = sign_in.domain.base_url()
            auth |= {
                "domain": domain,
                "clientId": sign_in.client.user_pool_client_id,
                "redirect": console.url,
            }
            connect.append(domain)
        config = {
            "environment": settings.env,
            "region": self.region,
            "apis": {name: {"url": f"{api.origin}/{api.stage_name}"} for name, api in apis.items()},
            "auth": auth,
        }
        site = Site(
            self,
            "Site",
            settings=console,
            headers=security_headers(self, "Headers", connect=connect),
            config=self.to_json_string(config),
            keeps_data=settings.keeps_data,
        )
        CfnOutput(self, "Url", value=console.url, description="The console")
        CfnOutput(self, "BucketName", value=site.bucket.bucket_name, description="Put the page here")
        CfnOutput(
            self,
            "DomainTarget",
            value=site.distribution.distribution_domain_name,
            description=f"Let {console.domain} be an alias of this",
        )
