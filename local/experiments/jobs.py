"""How the job of a step becomes trial components, by the step's type."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.experiments.component import Component, Outcome
from local.jobs.metrics import FILE as METRICS
from local.jobs.tuning.trials import FILE as TRIALS

_IMAGE = "SageMaker.ImageUri"
_MODEL = "SageMaker.ModelArtifact"
type Description = Mapping[str, Any]


@dataclass(frozen=True)
class Work:
    """What a step of a pipeline has done, in `folder`. `parents` are the ARNs of what started it."""

    step: str
    folder: Path
    outcome: Outcome
    parents: Sequence[str]


def components(kind: str, description: Description, work: Work) -> list[Component]:
    """Those of the jobs of a step of the type `kind`; none for a type that starts no job."""
    build = _BUILDERS.get(kind)
    return list(build(description, work)) if build else []


def _training(description: Description, work: Work) -> Iterator[Component]:
    yield _component(
        "Training",
        description,
        work,
        parameters={
            **description.get("HyperParameters", {}),
            **_instances(description.get("ResourceConfig", {})),
        },
        inputs=_channels(description),
        outputs={_MODEL: ("", description["ModelArtifacts"]["S3ModelArtifacts"])},
        series=_series(_read(work.folder / METRICS, [])),
    )


def _tuning(description: Description, work: Work) -> Iterator[Component]:
    """A component for each training of the tuning job."""
    definitions = {one.get("DefinitionName"): one for one in _definitions(description)}
    tuning = description["HyperParameterTuningJobArn"]
    for trial in _read(work.folder / TRIALS, {"trials": []})["trials"]:
        definition, job = definitions[trial["definition"]], trial["job"]
        output = definition["OutputDataConfig"]["S3OutputPath"].rstrip("/")
        yield Component(
            f"{job}-aws-training-job",
            f"{work.step} {trial['number']}" + (f" {trial['definition']}" if trial["definition"] else ""),
            work.step,
            ("SageMakerTrainingJob", f"{tuning.partition(_TUNING_JOB)[0]}training-job/{job}"),
            Outcome(trial["status"], trial["started"], trial["ended"] or "", trial["fault"] or ""),
            {
                **definition.get("StaticHyperParameters", {}),
                **trial["hyperparameters"],
                "_tuning_objective_metric": trial["objective"],
                **_instances(definition.get("ResourceConfig", {})),
            },
            _channels(definition),
            {_MODEL: ("", f"{output}/{job}/output/model.tar.gz")},
            trial["metrics"],
            [*work.parents, tuning],
        )


def _processing(description: Description, work: Work) -> Iterator[Component]:
    resources = description.get("ProcessingResources", {}).get("ClusterConfig", {})
    inputs = {name: ("", one["S3Input"]["S3Uri"]) for name, one in description["ProcessingInputs"].items()}
    outputs = description["ProcessingOutputConfig"]["Outputs"]
    yield _component(
        "Processing",
        description,
        work,
        parameters={**description.get("Environment", {}), **_instances(resources)},
        inputs={_IMAGE: ("", description["AppSpecification"]["ImageUri"]), **inputs},
        outputs={name: ("", one["S3Output"]["S3Uri"]) for name, one in outputs.items()},
    )


def _transform(description: Description, work: Work) -> Iterator[Component]:
    given, written = description["TransformInput"], description["TransformOutput"]
    yield _component(
        "Transform",
        description,
        work,
        parameters={
            **description.get("Environment", {}),
            "ModelName": description["ModelName"],
            **_instances(description.get("TransformResources", {})),
        },
        inputs={"SageMaker.TransformInput": _typed(given, given["DataSource"]["S3DataSource"]["S3Uri"])},
        outputs={"SageMaker.TransformOutput": (written.get("Accept", ""), written["S3OutputPath"])},
    )


_TUNING_JOB = "hyper-parameter-tuning-job"
_BUILDERS: Mapping[str, Callable[[Description, Work], Iterator[Component]]] = {
    "Training": _training,
    "Tuning": _tuning,
    "Processing": _processing,
    "Transform": _transform,
}


def _component(kind: str, description: Description, work: Work, **content: Any) -> Component:
    """The one of a step's one job, with what it was given and what it left."""
    return Component(
        name=f"{description[f'{kind}JobName']}-aws-{kind.lower()}-job",
        display_name=work.step,
        step=work.step,
        source=(f"SageMaker{kind}Job", description[f"{kind}JobArn"]),
        outcome=work.outcome,
        parents=work.parents,
        **content,
    )


def _definitions(description: Description) -> list[Any]:
    return description.get("TrainingJobDefinitions") or [description["TrainingJobDefinition"]]


def _instances(resources: Mapping[str, Any]) -> dict[str, str]:
    names = ("InstanceType", "InstanceCount", "VolumeSizeInGB")
    return {f"SageMaker.{name}": str(resources[name]) for name in names if name in resources}


def _channels(description: Description) -> dict[str, tuple[str, str]]:
    image = description["AlgorithmSpecification"]["TrainingImage"]
    channels = description.get("InputDataConfig", [])
    uris = {one["ChannelName"]: _typed(one, one["DataSource"]["S3DataSource"]["S3Uri"]) for one in channels}
    return {_IMAGE: ("", image), **uris}


def _typed(given: Mapping[str, Any], uri: str) -> tuple[str, str]:
    return given.get("ContentType", ""), uri


def _series(emitted: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    series: dict[str, list[dict[str, Any]]] = {}
    for one in emitted:
        series.setdefault(one["name"], []).append({"value": one["value"], "at": one["at"]})
    return series


def _read(path: Path, otherwise: Any) -> Any:
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return otherwise
