"""What serving is for every workload: its model behind an endpoint, an API before that, and whole files."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from aws_cdk import Annotations, CfnOutput
from constructs import Construct

from stacks.constructs.access.execution_role import ExecutionRole
from stacks.constructs.api.contract import Contract, Example
from stacks.constructs.api.prediction_api import PredictionApi
from stacks.constructs.api.prediction_function import FunctionPackage
from stacks.constructs.api.prediction_service import PredictionService
from stacks.constructs.model.endpoint import VARIANT, Endpoint, ExistingEndpoint, Invocable
from stacks.constructs.model.inference_pipeline import Container, InferencePipeline
from stacks.constructs.operations.monitor import Monitor, Watch, labels_of
from stacks.constructs.pipeline.batch_scoring import BatchScoring
from stacks.constructs.pipeline.records import CSV_ROWS, Records
from stacks.constructs.storage.artifact import S3Prefix
from stacks.constructs.storage.baseline import Baseline
from stacks.platform.foundation import Foundation
from stacks.settings import Settings
from stacks.workloads.shared.instances import model_instance_types, processing_cluster, scoring_instances
from stacks.workloads.shared.managed_images import SCIKIT_LEARN
from stacks.workloads.shared.managed_monitor import build_managed_monitor
from stacks.workloads.shared.missing import leave_empty
from stacks.workloads.shared.record import Workload
from stacks.workloads.shared.served_model import served_model
from stacks.workloads.shared.workload_stack import WorkloadStack, tag_purpose, tag_variant


class ServingStack(WorkloadStack):
    """The endpoint, of a release or of what training left here as the settings say, its API, and the scoring
    of whole files.

    The API's function is the folder `predict_<workload>` of lambda/; `records` is what files hold. Where
    the settings name an endpoint for the workload, that one is called: no model is declared, and no scoring
    of files. While the model's archives or the packaged function are missing, the stack declares nothing, and
    an error annotation says what makes them. `variants` are other models of the workload, each behind an
    endpoint of its own that no API calls, `<name>-<variant>`. With a `watch` what the workload's own endpoint
    captures is compared with the baseline of its model, where there is one. `api` is None while nothing is
    declared.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        workload: Workload,
        containers: Sequence[Container],
        records: Records = CSV_ROWS,
        variants: Mapping[str, Sequence[Container]] = MappingProxyType({}),
        watch: Watch | None = None,
        settings: Settings,
        foundation: Foundation,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, id, workload=workload, settings=settings, **kwargs)
        self._foundation = foundation
        self._records = records
        self._watch = watch
        self._monitor: Monitor | None = None
        self.api: PredictionApi | None = None
        package = FunctionPackage(settings.functions_folder / f"predict_{workload.name}.zip")
        if not package.is_prepared:
            reason = f"no packaged {package.name} in {settings.functions}: run `make functions`"
            leave_empty(self, workload.name, reason)
            return
        endpoint = self._existing_endpoint() or self._build_endpoint(containers)
        for variant, others in variants.items():
            self._build_endpoint(others, variant)
        if endpoint is None:
            return
        contract = Contract.read(package.contract)
        service = PredictionService(
            self,
            "Service",
            name=self.name,
            package=package,
            contract=contract,
            endpoint=endpoint,
            hostnames=[container.hostname for container in containers],
            monitor=self._monitor,
            settings=self.settings,
            key=foundation.key,
            logs=foundation.logs,
            alarms=foundation.alarms,
            vpc_config=foundation.function_vpc_config,
            pool=foundation.sign_in.pool if foundation.sign_in else None,
        )
        self.api = service.api
        CfnOutput(self, "EndpointName", value=endpoint.name)
        Example(workload.request, workload.example_type).export(self, "Example", f"{self.name}-example")
        contract.example.export(self, "ApiExample", f"{self.name}-api-example")

    def _existing_endpoint(self) -> Invocable | None:
        existing = self.settings.endpoints.get(self.workload)
        return ExistingEndpoint(self, existing) if existing else None

    def _build_endpoint(self, containers: Sequence[Container], variant: str = "") -> Invocable | None:
        foundation, settings = self._foundation, self.settings
        served = served_model(
            self,
            settings,
            workload=self.workload,
            containers=containers,
            key=foundation.key,
            variant=variant,
        )
        if served is None:
            return None
        scope = Construct(self, variant) if variant else self
        tag_variant(scope, variant)
        name, workload = (f"{one}-{variant}" if variant else one for one in (self.name, self.workload))
        role = ExecutionRole(
            scope,
            "ExecutionRole",
            description=f"Runs the containers of {name}",
            log_groups=[f"/aws/sagemaker/Endpoints/{name}"],
            names_source=settings.trust_names_source,
        )
        model = InferencePipeline(
            scope,
            "Model",
            containers=served.containers,
            model_data=served.model_data,
            instance_types=model_instance_types(settings),
            role=role,
            vpc_config=foundation.model_vpc_config,
        )
        batch = BatchScoring(
            scope,
            "Batch",
            name=f"{name}-batch",
            model=model,
            bucket=foundation.data_bucket,
            workload=workload,
            instances=scoring_instances(settings),
            records=self._records,
            names_source=settings.trust_names_source,
            alarms=foundation.alarms,
        )
        tag_purpose(batch, "batch")
        captures = foundation.captures.below(workload)
        is_compared = self._watch or settings.model_monitor
        baseline = served.baseline(scope) if served.baseline and is_compared and not variant else None
        if self._watch and not variant:
            self._monitor = self._build_monitor(self._watch, baseline, captures)
        endpoint = Endpoint(
            scope,
            "Endpoint",
            name=name,
            model=model,
            settings=settings.serving,
            key=foundation.key,
            capture=captures,
            logs=foundation.logs,
            alarms=foundation.alarms,
        )
        build_managed_monitor(
            scope, self, foundation=foundation, endpoint=endpoint.name, baseline=baseline, variant=variant
        )
        return endpoint

    def _build_monitor(self, watch: Watch, baseline: Baseline | None, captures: S3Prefix) -> Monitor | None:
        """What watches the endpoint's requests; None, with a warning, for a model without a baseline."""
        foundation, settings = self._foundation, self.settings
        if baseline is None:
            Annotations.of(self).add_warning_v2(
                "slipway:no-baseline",
                f"{self.name} is not monitored: the model was trained without a baseline of its data; run "
                f"`make train WORKLOAD={self.workload}`",
            )
            return None
        monitor = Monitor(
            self,
            "Monitor",
            name=f"{self.name}-monitor",
            endpoint=self.name,
            watch=watch,
            image=SCIKIT_LEARN,
            cluster=processing_cluster(settings),
            baseline=baseline,
            captures=captures.below(f"{self.name}/{VARIANT}"),
            labels=labels_of(foundation.data_bucket, self.workload),
            outputs=S3Prefix(foundation.artifact_bucket, f"{self.workload}/monitoring"),
            settings=settings.monitoring,
            alarms=foundation.alarms,
            vpc_config=foundation.model_vpc_config,
            names_source=settings.trust_names_source,
        )
        tag_purpose(monitor, "monitoring")
        return monitor
