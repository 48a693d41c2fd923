"""What AWS measures of a workload: the metrics that alarms watch and the dashboard shows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

_DATA = "/aws/sagemaker/Endpoints/data-metrics"


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


@dataclass(frozen=True)
class DataMetrics:
    """What the monitoring of an endpoint's requests finds, under the name of its pipeline.

    Names are Model Monitor's (model_code/shared/monitor/metric_lines.py writes them)."""

    endpoint: str
    schedule: str

    @property
    def violations(self) -> Metric:
        return self["violations"]

    def __getitem__(self, name: str) -> Metric:
        """`violations`, `rows`, `f1`, or one of a feature's: `feature_baseline_drift_<feature>`."""
        dimensions = {"Endpoint": self.endpoint, "MonitoringSchedule": self.schedule}
        return Metric(_DATA, name, dimensions, "Maximum")

    @property
    def drifts(self) -> list[Any]:
        """The drift of each feature as a row of a dashboard's widget, which finds the features by itself."""
        terms = f'{{"{_DATA}",Endpoint,MonitoringSchedule}} feature_baseline_drift '
        search = f"SEARCH('{terms}MonitoringSchedule=\"{self.schedule}\"', 'Maximum', 3600)"
        return [{"expression": search, "id": "drift", "label": ""}]


def executions_failed(pipeline: str) -> Metric:
    """Executions of a SageMaker pipeline that ended with a failure."""
    return Metric("AWS/Sagemaker/ModelBuildingPipeline", "ExecutionFailed", {"PipelineName": pipeline}, "Sum")
