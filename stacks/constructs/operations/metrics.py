"""What AWS measures of a workload: the metrics that alarms watch and the dashboard shows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Metric:
    """One metric with the statistic that is looked at: `Sum`, `Average`, `Maximum`, `p99`."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str

    def row(self, label: str = "") -> list[Any]:
        """As a dashboard's widget takes it."""
        flat = [part for pair in self.dimensions.items() for part in pair]
        return [self.namespace, self.name, *flat, {"stat": self.statistic, "label": label or self.name}]


@dataclass(frozen=True)
class EndpointMetrics:
    """One variant of an endpoint. Latencies are in microseconds."""

    endpoint: str
    variant: str

    def __getitem__(self, name: str) -> Metric:
        """`Invocations` and `Invocation...Errors` as sums, `...Latency` as p99. Of the instances
        `...Utilization` at most, in percent: four virtual CPUs that are busy are 400."""
        if name.endswith("Utilization"):
            return Metric("/aws/sagemaker/Endpoints", name, self._dimensions, "Maximum")
        statistic = "p99" if name.endswith("Latency") else "Sum"
        return Metric("AWS/SageMaker", name, self._dimensions, statistic)

    @property
    def failed_share(self) -> Metric:
        """From 0 to 1: each invocation counts 1 when it failed."""
        return replace(self["Invocation5XXErrors"], statistic="Average")

    def container_latency(self, hostname: str) -> Metric:
        metric = self["ContainerLatency"]
        return replace(metric, dimensions={**metric.dimensions, "ContainerName": hostname})

    @property
    def _dimensions(self) -> Mapping[str, str]:
        return {"EndpointName": self.endpoint, "VariantName": self.variant}


@dataclass(frozen=True)
class ApiMetrics:
    """One stage of a REST API. Its latency is in milliseconds."""

    api: str
    stage: str

    def __getitem__(self, name: str) -> Metric:
        """`Count`, `4XXError`, `5XXError` as sums, `Latency` as p99."""
        statistic = "p99" if name == "Latency" else "Sum"
        return Metric("AWS/ApiGateway", name, {"ApiName": self.api, "Stage": self.stage}, statistic)


@dataclass(frozen=True)
class FunctionMetrics:
    """A Lambda function, all versions together. Its duration is in milliseconds."""

    function: str

    def __getitem__(self, name: str) -> Metric:
        """`Invocations`, `Errors`, `Throttles` as sums, `Duration` as p99, `ConcurrentExecutions` at most."""
        statistic = {"Duration": "p99", "ConcurrentExecutions": "Maximum"}.get(name, "Sum")
        return Metric("AWS/Lambda", name, {"FunctionName": self.function}, statistic)


def executions_failed(pipeline: str) -> Metric:
    """Executions of a SageMaker pipeline that ended with a failure."""
    return Metric("AWS/Sagemaker/ModelBuildingPipeline", "ExecutionFailed", {"PipelineName": pipeline}, "Sum")
