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

    @property
    def invocations(self) -> Metric:
        return self._request("Invocations", "Sum")

    @property
    def errors_4xx(self) -> Metric:
        return self._request("Invocation4XXErrors", "Sum")

    @property
    def errors_5xx(self) -> Metric:
        return self._request("Invocation5XXErrors", "Sum")

    @property
    def failed_share(self) -> Metric:
        """From 0 to 1: each invocation counts 1 when it failed."""
        return self._request("Invocation5XXErrors", "Average")

    @property
    def model_latency(self) -> Metric:
        return self._request("ModelLatency", "p99")

    @property
    def overhead_latency(self) -> Metric:
        return self._request("OverheadLatency", "p99")

    def container_latency(self, hostname: str) -> Metric:
        metric = self._request("ContainerLatency", "p99")
        return replace(metric, dimensions={**metric.dimensions, "ContainerName": hostname})

    @property
    def cpu(self) -> Metric:
        """In percent of one virtual CPU: four of them busy are 400."""
        return self._instance("CPUUtilization")

    @property
    def memory(self) -> Metric:
        return self._instance("MemoryUtilization")

    @property
    def disk(self) -> Metric:
        return self._instance("DiskUtilization")

    def _request(self, name: str, statistic: str) -> Metric:
        return Metric("AWS/SageMaker", name, self._dimensions, statistic)

    def _instance(self, name: str) -> Metric:
        return Metric("/aws/sagemaker/Endpoints", name, self._dimensions, "Maximum")

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
