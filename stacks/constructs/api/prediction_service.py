"""An endpoint's API as callers and the people on call see it."""

from collections.abc import Sequence

from aws_cdk import CfnOutput
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_kms as kms
from aws_cdk.aws_cloudwatch import CfnAlarm
from constructs import Construct

from stacks.constructs.api import authorization
from stacks.constructs.api.contract import Contract
from stacks.constructs.api.firewall import Firewall
from stacks.constructs.api.gradual_alias import GradualAlias
from stacks.constructs.api.prediction_api import PredictionApi
from stacks.constructs.api.prediction_function import FunctionPackage, PredictionFunction
from stacks.constructs.model.endpoint import Invocable
from stacks.constructs.network.vpc_config import VpcConfig
from stacks.constructs.operations.alarms import Alarms
from stacks.constructs.operations.dashboard import Dashboard
from stacks.constructs.operations.log_groups import LogGroups
from stacks.constructs.operations.metrics import ApiMetrics, FunctionMetrics
from stacks.constructs.operations.monitor import Monitor
from stacks.settings import Api, Settings

# Above so many a minute somebody is told.
_FUNCTION_ERRORS = 1
_THROTTLES = 5
_SERVER_ERRORS = 5
_REFUSALS = 100


class PredictionService(Construct):
    """The function behind an alias that shifts gradually, the API before it, behind a firewall where the
    settings have one, alarms on all of it, and a dashboard. Hostnames are those of the model's containers;
    the dashboard shows the `monitor` of the endpoint's requests, too. Its callers may be users of a `pool`
    that other APIs have, too."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        package: FunctionPackage,
        contract: Contract,
        endpoint: Invocable,
        hostnames: Sequence[str],
        monitor: Monitor | None = None,
        settings: Settings,
        key: kms.IKey,
        logs: LogGroups,
        alarms: Alarms,
        vpc_config: VpcConfig | None,
        pool: cognito.IUserPool | None = None,
    ) -> None:
        super().__init__(scope, id)
        function = PredictionFunction(
            self,
            "Function",
            package=package,
            endpoint=endpoint,
            settings=settings.api,
            key=key,
            logs=logs,
            vpc_config=vpc_config,
        ).function
        of_function = FunctionMetrics(function.function_name)
        rollback = self._build_function_alarms(alarms, of_function)
        shifting = GradualAlias(self, "Live", function=function, shift=settings.api.shift, alarms=rollback)
        self.api = api = PredictionApi(
            self,
            "Api",
            name=name,
            contract=contract,
            function=shifting.alias,
            authorization=authorization.chosen(settings, pool),
            settings=settings.api,
            logs=logs,
        )
        self._build_firewall(api, name, settings.api, logs)
        of_api = ApiMetrics(name, api.stage_name)
        of_data = monitor.alarms if monitor else []
        watched = [
            *endpoint.alarms,
            *of_data,
            *rollback,
            *self._build_api_alarms(alarms, of_api, of_function),
        ]
        dashboard = Dashboard(
            self,
            "Dashboard",
            name=name,
            api=of_api,
            function=of_function,
            endpoint=endpoint.metrics,
            hostnames=hostnames,
            data=monitor.metrics if monitor else None,
            alarms=watched,
        )
        CfnOutput(self, "DashboardUrl", value=dashboard.url, description="Watch it here")

    def _build_firewall(self, api: PredictionApi, name: str, settings: Api, logs: LogGroups) -> None:
        requests = settings.firewall_requests_per_5_minutes
        if requests:
            Firewall(
                self,
                "Firewall",
                name=name,
                stage_arn=api.stage_arn,
                requests_per_5_minutes=requests,
                logs=logs,
            )
        else:
            api.accept_no_firewall()

    def _build_function_alarms(self, alarms: Alarms, function: FunctionMetrics) -> list[CfnAlarm]:
        return [
            alarms.above(
                self,
                "FunctionErrors",
                function["Errors"],
                _FUNCTION_ERRORS,
                reason=f"The function itself failed more than {_FUNCTION_ERRORS} times a minute",
            )
        ]

    def _build_api_alarms(self, alarms: Alarms, api: ApiMetrics, function: FunctionMetrics) -> list[CfnAlarm]:
        return [
            alarms.above(
                self,
                "Throttles",
                function["Throttles"],
                _THROTTLES,
                reason=f"More than {_THROTTLES} calls a minute were throttled: more came at the same time "
                "than the function's reserved concurrency",
            ),
            alarms.above(
                self,
                "ServerErrors",
                api["5XXError"],
                _SERVER_ERRORS,
                reason=f"Callers got more than {_SERVER_ERRORS} answers of 5XX a minute",
            ),
            alarms.above(
                self,
                "Refusals",
                api["4XXError"],
                _REFUSALS,
                reason=f"More than {_REFUSALS} requests a minute were refused: a client has changed, or "
                "somebody tries",
                minutes=5,
            ),
        ]
