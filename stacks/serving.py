"""What serving is for every workload: its model behind an endpoint, and an API before that."""

from collections.abc import Sequence
from typing import Any

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from stacks.constructs.artifact import S3Prefix
from stacks.constructs.contract import Contract
from stacks.constructs.endpoint import Endpoint, ExistingEndpoint, Invocable
from stacks.constructs.execution_role import ExecutionRole
from stacks.constructs.inference_pipeline import Container, InferencePipeline
from stacks.constructs.missing import leave_empty
from stacks.constructs.prediction_function import FunctionPackage
from stacks.constructs.prediction_service import PredictionService
from stacks.foundation import Foundation
from stacks.served_model import ServedModel, served_model
from stacks.settings import Settings, Workload


class ServingStack(Stack):
    """The endpoint, of a release or of what training left here as the settings say, and its API.

    The API's function is the folder `predict_<workload>` of lambda/; `example` is a row that the endpoint
    accepts. Where the settings name an endpoint for the workload, that one is called and none is declared:
    `model` is None. While the model's archives or the packaged function are missing, the stack declares
    nothing, and an error annotation says what makes them.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        workload: Workload,
        containers: Sequence[Container],
        example: str,
        settings: Settings,
        foundation: Foundation,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, id, **kwargs)
        self._name = f"slipway-{settings.env}-{workload}"
        self.model: InferencePipeline | None = None
        package = FunctionPackage(f"predict_{workload}", settings.functions_folder)
        if not package.is_prepared:
            leave_empty(self, f"no packaged {package.name} in {settings.functions}: run `make functions`")
            return
        endpoint: Invocable | None
        if existing := settings.endpoints.get(workload):
            endpoint = ExistingEndpoint(self, existing)
        else:
            served = served_model(
                self, settings, workload=workload, containers=containers, key=foundation.key
            )
            endpoint = self._build_endpoint(workload, served, settings, foundation)
        if endpoint is None:
            return
        contract = Contract.read(package.contract)
        PredictionService(
            self,
            "Service",
            name=self._name,
            package=package,
            contract=contract,
            endpoint=endpoint,
            hostnames=[container.hostname for container in containers],
            settings=settings,
            key=foundation.key,
            logs=foundation.logs,
            alarms=foundation.alarms,
            placement=foundation.function_placement,
        )
        CfnOutput(self, "EndpointName", value=endpoint.name)
        CfnOutput(self, "Example", value=example, export_name=f"{self._name}-example")
        CfnOutput(self, "ApiExample", value=contract.example, export_name=f"{self._name}-api-example")

    def _build_endpoint(
        self, workload: str, served: ServedModel | None, settings: Settings, foundation: Foundation
    ) -> Endpoint | None:
        if served is None:
            return None
        role = ExecutionRole(
            self,
            "ExecutionRole",
            description=f"Runs the containers of {self._name}",
            log_groups=[f"/aws/sagemaker/Endpoints/{self._name}"],
            names_source=settings.trust_names_source,
        )
        self.model = InferencePipeline(
            self,
            "Model",
            containers=served.containers,
            model_data=served.model_data,
            role=role,
            placement=foundation.model_placement,
        )
        return Endpoint(
            self,
            "Endpoint",
            name=self._name,
            model=self.model,
            settings=settings.serving,
            key=foundation.key,
            capture=S3Prefix(foundation.artifact_bucket, f"{foundation.captures.prefix}/{workload}"),
            logs=foundation.logs,
            alarms=foundation.alarms,
        )
