"""One dashboard a workload: what its API, its function and its endpoint did."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Stack
from aws_cdk.aws_cloudwatch import CfnAlarm, CfnDashboard
from constructs import Construct

from stacks.constructs.operations.metrics import (
    ApiMetrics,
    DataMetrics,
    EndpointMetrics,
    FunctionMetrics,
    Metric,
)

_WIDTH, _HEIGHT, _COLUMNS = 8, 6, 3
_INVOCATIONS = ("Invocations", "Invocation4XXErrors", "Invocation5XXErrors")
_LATENCIES = ("ModelLatency", "OverheadLatency")
_INSTANCES = ("CPUUtilization", "MemoryUtilization", "DiskUtilization")


class Dashboard(Construct):
    """The alarms' states above, then graphs three in a row, in the order in which a request passes, and what
    the monitoring of requests has found."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        api: ApiMetrics,
        function: FunctionMetrics,
        endpoint: EndpointMetrics,
        hostnames: Sequence[str],
        data: DataMetrics | None = None,
        alarms: Sequence[CfnAlarm],
    ) -> None:
        super().__init__(scope, id)
        stack = Stack.of(self)
        containers = {hostname: endpoint.container_latency(hostname) for hostname in hostnames}
        graphs = [
            _graph("API: requests and refusals", _named(api["Count"], api["4XXError"], api["5XXError"])),
            _graph("API: latency, ms, p99", _named(api["Latency"])),
            _graph("Function: errors and throttles", _named(function["Errors"], function["Throttles"])),
            _graph("Function: duration, ms, p99", _named(function["Duration"])),
            _graph("Function: at the same time", _named(function["ConcurrentExecutions"])),
            _graph(
                "Endpoint: invocations and errors",
                _named(*(endpoint[name] for name in _INVOCATIONS)),
            ),
            _graph("Endpoint: latency, us, p99", _named(*(endpoint[name] for name in _LATENCIES))),
            _graph("Containers: latency, us, p99", containers),
            _graph("Instances: CPU, memory, disk, %", _named(*(endpoint[name] for name in _INSTANCES))),
        ]
        if data:
            drift = {**_graph("Requests: drift of each feature", {}), "metrics": [data.drifts]}
            graphs += [_graph("Requests: violations of the baseline", _named(data.violations)), drift]
        states = {
            "type": "alarm",
            "x": 0,
            "y": 0,
            "width": _WIDTH * _COLUMNS,
            "height": 2,
            "properties": {"title": "Alarms", "alarms": [alarm.attr_arn for alarm in alarms]},
        }
        widgets = [states, *(_placed(graph, index, stack.region) for index, graph in enumerate(graphs))]
        CfnDashboard(
            self,
            "Dashboard",
            dashboard_name=name,
            dashboard_body=stack.to_json_string({"widgets": widgets}),
        )
        self.url = (
            f"https://{stack.region}.console.aws.amazon.com/cloudwatch/home"
            f"?region={stack.region}#dashboards:name={name}"
        )


def _named(*metrics: Metric) -> Mapping[str, Metric]:
    return {metric.name: metric for metric in metrics}


def _graph(title: str, metrics: Mapping[str, Metric]) -> dict[str, Any]:
    rows = [metric.row(label) for label, metric in metrics.items()]
    return {
        "title": title,
        "metrics": rows,
        "view": "timeSeries",
        "period": 60,
        "yAxis": {"left": {"min": 0}},
    }


def _placed(graph: dict[str, Any], index: int, region: str) -> dict[str, Any]:
    row, column = divmod(index, _COLUMNS)
    return {
        "type": "metric",
        "x": column * _WIDTH,
        "y": 2 + row * _HEIGHT,
        "width": _WIDTH,
        "height": _HEIGHT,
        "properties": {**graph, "region": region},
    }
