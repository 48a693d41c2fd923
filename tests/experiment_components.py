"""Trial components for tests, as an execution writes them."""

from collections.abc import Mapping, Sequence
from typing import Any

from local.experiments.component import COMPLETED, Component, Outcome


def component(
    name: str,
    metrics: Mapping[str, Sequence[float]],
    *,
    minute: int = 0,
    status: str = COMPLETED,
    **parameters: str,
) -> dict[str, Any]:
    """Of a training that printed the values of its metrics within one minute, a second apart."""
    series = {
        metric: [
            {"value": value, "at": f"2026-11-30T12:{minute:02d}:{second:02d}+00:00"}
            for second, value in enumerate(values)
        ]
        for metric, values in metrics.items()
    }
    times = f"2026-11-30T12:{minute:02d}:00+00:00", f"2026-11-30T12:{minute:02d}:30+00:00"
    return Component(
        f"{name}-aws-training-job",
        name,
        "Tune",
        ("SageMakerTrainingJob", f"arn:aws:sagemaker:eu-central-1:111122223333:training-job/{name}"),
        Outcome(status, *times),
        parameters,
        {"train": ("text/csv", "s3://data/train")},
        {"SageMaker.ModelArtifact": ("", f"s3://data/{name}/model.tar.gz")},
        series,
    ).written()
