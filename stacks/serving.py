"""What serving is for every workload: its model behind an endpoint, and an API before that."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from stacks.constructs.artifact import ModelArchive, S3Prefix
from stacks.constructs.contract import Contract
from stacks.constructs.endpoint import Endpoint, ExistingEndpoint, Invocable
from stacks.constructs.execution_role import ExecutionRole
from stacks.constructs.inference_pipeline import Container, InferencePipeline
from stacks.constructs.missing import leave_empty
from stacks.constructs.prediction_function import FunctionPackage
from stacks.constructs.prediction_service import PredictionService
from stacks.foundation import Foundation
from stacks.settings import Settings, Workload


class ServingStack(Stack):
    """The endpoint, with the archives that training left in the folder that the settings name, and its API.

    The API's function is the folder `predict_<workload>` of lambda/; `example` is a row that the endpoint
    accepts. Where the settings name an endpoint for the workload, that one is called and none is declared.
    While an archive or the packaged function is missing, the stack declares nothing, and an error annotation
    says what makes it.
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
        existing = settings.endpoints.get(workload)
        package = FunctionPackage(f"predict_{workload}", settings.functions_folder)
        folder = settings.artifacts_folder / workload
        archives = {one.hostname: folder / one.hostname / "model.tar.gz" for one in containers}
        missing = [hostname for hostname, path in archives.items() if not path.is_file()]
        if missing and not existing:
            place, command = f"{settings.artifacts}/{workload}", f"make train WORKLOAD={workload}"
            leave_empty(self, f"no trained {', '.join(missing)} in {place}: run `{command}`")
            return
        if not package.is_prepared:
            leave_empty(self, f"no packaged {package.name} in {settings.functions}: run `make functions`")
            return

        endpoint: Invocable = (
            ExistingEndpoint(self, existing)
            if existing
            else self._build_endpoint(workload, containers, archives, settings, foundation)
        )
        contract = Contract.read(package.contract)
        PredictionService(
            self,
            "Service",
            name=self._name,
            package=package,
            contract=contract,
            endpoint=endpoint,
            hostnames=list(archives),
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
        self,
        workload: str,
        containers: Sequence[Container],
        archives: dict[str, Path],
        settings: Settings,
        foundation: Foundation,
    ) -> Endpoint:
        model = InferencePipeline(
            self,
            "Model",
            containers=containers,
            model_data={
                hostname: ModelArchive(self, f"{hostname.capitalize()}Archive", path=path)
                for hostname, path in archives.items()
            },
            role=ExecutionRole(
                self,
                "ExecutionRole",
                description=f"Runs the containers of {self._name}",
                log_groups=[f"/aws/sagemaker/Endpoints/{self._name}"],
                names_source=settings.trust_names_source,
            ),
            placement=foundation.model_placement,
        )
        return Endpoint(
            self,
            "Endpoint",
            name=self._name,
            model=model,
            settings=settings.serving,
            key=foundation.key,
            capture=S3Prefix(foundation.artifact_bucket, f"{foundation.captures.prefix}/{workload}"),
            logs=foundation.logs,
            alarms=foundation.alarms,
        )
