"""Forecasting: DeepAR on electricity loads, from the public file to forecasts with their uncertainty."""

import json
from collections.abc import Sequence
from typing import Any

from constructs import Construct

from stacks.constructs.model.image import ManagedImage
from stacks.constructs.model.inference_pipeline import Container
from stacks.constructs.pipeline.records import JSON_SERIES
from stacks.constructs.pipeline.references import Join, Parameter
from stacks.constructs.pipeline.steps import Step, Training, read_hyperparameters
from stacks.settings import Settings
from stacks.workloads.shared.gate import Gate
from stacks.workloads.shared.record import Workload
from stacks.workloads.shared.serving import ServingStack
from stacks.workloads.shared.training import DATA_VERSION, TrainingStack

WORKLOAD = Workload(
    name="forecast",
    summary="forecasts the electricity that clients use in the next seven days",
    model="DeepAR",
    data="LD2011_2014.txt.zip",
    containers=("deepar",),
    example={
        "instances": [
            {
                "start": "2014-09-01 00:00:00",
                "target": [18.2, 17.5, 16.9, 17.1, 19.8, 24.6, 27.3, "NaN", 26.8, 25.9, 24.1, 20.7],
            }
        ],
        "configuration": {
            "num_samples": 20,
            "output_types": ["quantiles"],
            "quantiles": ["0.1", "0.5", "0.9"],
        },
    },
    example_type="application/json",
    environments=("deepar",),
    # Whether there is a second model and endpoint, for loads with special days and missing values.
    options={"special_days": (False, True)},
)

_DEEPAR = ManagedImage.named("deepar")

_QUANTILES = [f"0.{tenth}" for tenth in range(1, 10)]
# What a line of a file is answered with; a request says so itself.
_LINES = {"num_samples": 100, "output_types": ["mean", "quantiles"], "quantiles": _QUANTILES}
_JSON_TYPES = ("application/json", "application/jsonlines")
# The workshop's second experiment.
_SPECIAL_DAYS = "special-days"

# The share of the weekly naive forecast's loss that a model must avoid.
_GATE = Gate("skill", "Skill", minimum=0.3)
_EPOCHS = Parameter.integer("Epochs", 400)
# What training files are: the image and the stand-in read each of them.
_FORMAT = Parameter.choice("Format", ["json.gz", "json", "parquet"])
_CATEGORIES = Parameter.choice("Categories", ["none", "client"])


class ForecastTraining(TrainingStack):
    """From the published file to a model that is better than the week before, and waits for its approval.

    With the option `special_days` a second model is trained beside it, on loads that have special
    days and missing values.
    """

    def __init__(self, scope: Construct, id: str, **kwargs: Any) -> None:
        super().__init__(scope, id, workload=WORKLOAD, **kwargs)
        steps = self._experiment()
        if self.options["special_days"]:
            steps += self._experiment(_SPECIAL_DAYS)
        self.build_pipeline(steps, [_EPOCHS, _FORMAT, _CATEGORIES, _GATE.parameter])

    def _experiment(self, variant: str = "") -> list[Step]:
        """What prepares, fits, asks and judges one model."""
        suffix = variant.title().replace("-", "")
        prepare = self.process(
            f"Prepare{suffix}",
            folder="prepare",
            inputs={"input": self.data},
            outputs=["train", "test", "windows", "truth", "series"],
            options={"format": _FORMAT, "categories": _CATEGORIES, "experiment": variant or "plain"},
            environment={"DATA_VERSION": DATA_VERSION},
        )
        hyperparameters = read_hyperparameters(self.folder / "deepar" / "hyperparameters.json")
        deepar = Training(
            f"Deepar{suffix}",
            image=_DEEPAR,
            # Hyperparameters are strings, and a Join is one.
            hyperparameters={**hyperparameters, "epochs": Join("", (_EPOCHS,))},
            channels={"train": prepare.output("train"), "test": prepare.output("test")},
            cluster=self.cluster,
            content_type=None,
        )
        containers = _containers(variant)
        model_data = {container.hostname: deepar.model_data for container in containers}
        model = self.model(f"ForecastModel{suffix}", containers, model_data)
        windows = prepare.output("windows")
        score = self.score(model, windows, "application/jsonlines", records=JSON_SERIES, variant=variant)
        verdict = self.judge(
            model,
            _GATE,
            {"windows": windows, "truth": prepare.output("truth"), "scores": score.scores},
            accepts=_JSON_TYPES,
            answers=_JSON_TYPES,
            variant=variant,
        )
        return [prepare, deepar, model, score, *verdict]


class ForecastServing(ServingStack):
    """The endpoint of the one container, its API, and files of series."""

    def __init__(self, scope: Construct, id: str, *, settings: Settings, **kwargs: Any) -> None:
        special_days = settings.options[WORKLOAD.name]["special_days"]
        super().__init__(
            scope,
            id,
            workload=WORKLOAD,
            containers=_containers(),
            records=JSON_SERIES,
            variants={_SPECIAL_DAYS: _containers(_SPECIAL_DAYS)} if special_days else {},
            settings=settings,
            **kwargs,
        )


def _containers(variant: str = "") -> Sequence[Container]:
    """The one container, called after the experiment: training leaves its archive by that name."""
    return (Container(variant or "deepar", _DEEPAR, {"DEEPAR_INFERENCE_CONFIG": json.dumps(_LINES)}),)
