"""A trial component: a job with what it was given, what it printed and what it left."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from local.experiments.statistics import Statistics

IN_PROGRESS, COMPLETED, STOPPED, FAILED = "InProgress", "Completed", "Stopped", "Failed"


@dataclass(frozen=True)
class Outcome:
    """How a job ended. Times are ISO 8601 in UTC."""

    status: str
    started: str
    ended: str
    message: str = ""


@dataclass(frozen=True)
class Component:
    """`step` is the pipeline's; `source` the type and the ARN of the job. `series` are the values of each
    metric with their times, in their order. Artifacts are URIs, or (media type, URI), by name."""

    name: str
    display_name: str
    step: str
    source: tuple[str, str]
    outcome: Outcome
    parameters: Mapping[str, str]
    inputs: Mapping[str, tuple[str, str]]
    outputs: Mapping[str, tuple[str, str]]
    series: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    parents: Sequence[str] = ()

    def written(self) -> dict[str, Any]:
        """As DescribeTrialComponent gives it, times as ISO 8601, and beside that the step, the parents and
        every value that was printed."""
        kind, arn = self.source
        return {
            "TrialComponentName": self.name,
            "DisplayName": self.display_name,
            "Source": {"SourceArn": arn, "SourceType": kind},
            "Status": {"PrimaryStatus": self.outcome.status, "Message": self.outcome.message},
            "StartTime": self.outcome.started,
            "EndTime": self.outcome.ended,
            "Parameters": {name: parameter(text) for name, text in self.parameters.items()},
            "InputArtifacts": {name: _artifact(*one) for name, one in self.inputs.items()},
            "OutputArtifacts": {name: _artifact(*one) for name, one in self.outputs.items()},
            "Metrics": [
                {"MetricName": name, "SourceArn": arn, **Statistics.of(emitted).summary}
                for name, emitted in self.series.items()
            ],
            "Step": self.step,
            "Parents": list(self.parents),
            "Series": {name: list(emitted) for name, emitted in self.series.items()},
        }


def parameter(text: str) -> dict[str, Any]:
    """A text as SageMaker keeps a parameter: a number where it is a finite one."""
    try:
        number = json.loads(text)
    except ValueError:
        return {"StringValue": text}
    if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
        return {"StringValue": text}
    return {"NumberValue": float(number)}


def _artifact(media_type: str, uri: str) -> dict[str, str]:
    return {"MediaType": media_type, "Value": uri} if media_type else {"Value": uri}
