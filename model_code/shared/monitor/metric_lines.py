"""Metrics for CloudWatch, as lines of a log in its embedded metric format.

A job without a network can call nobody; what it prints becomes events of its log, out of which CloudWatch
takes the metrics.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

# As Model Monitor calls them; AWS's pages spell the namespace in three ways and the dimensions in two.
NAMESPACE = "/aws/sagemaker/Endpoints/data-metrics"
ENDPOINT, SCHEDULE = "Endpoint", "MonitoringSchedule"
VIOLATIONS = "violations"
_METRICS_A_LINE = 100


def lines(metrics: Mapping[str, float], endpoint: str, schedule: str, time: datetime) -> Iterator[str]:
    """One line for at most a hundred metrics."""
    names = [*metrics]
    for first in range(0, len(names), _METRICS_A_LINE):
        part = names[first : first + _METRICS_A_LINE]
        document: dict[str, Any] = {
            "_aws": {
                "Timestamp": int(time.timestamp() * 1000),
                "CloudWatchMetrics": [
                    {
                        "Namespace": NAMESPACE,
                        "Dimensions": [[ENDPOINT, SCHEDULE]],
                        "Metrics": [{"Name": metric_name(name), "Unit": "None"} for name in part],
                    }
                ],
            },
            ENDPOINT: endpoint,
            SCHEDULE: schedule,
        }
        document.update({metric_name(name): metrics[name] for name in part})
        yield json.dumps(document)


def metric_name(name: str) -> str:
    """The name with only what CloudWatch accepts: printable ASCII, at most 255 characters."""
    return "".join(one if " " <= one <= "~" else "_" for one in name)[:255]
