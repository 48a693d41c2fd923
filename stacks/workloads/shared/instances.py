"""The instances that whoever starts a pipeline may choose among: those that the settings offer."""

from collections.abc import Sequence

from stacks.constructs.pipeline.references import Parameter
from stacks.constructs.pipeline.steps import Cluster, Instances
from stacks.settings import Settings


def training_cluster(settings: Settings) -> Cluster:
    return _cluster(settings, "InstanceType", settings.training.instance_types)


def processing_cluster(settings: Settings) -> Cluster:
    """Those of the training, unless processing has instances of its own."""
    types = settings.training.processing_instance_types
    return (
        training_cluster(settings) if types is None else _cluster(settings, "ProcessingInstanceType", types)
    )


def _cluster(settings: Settings, parameter: str, types: Sequence[str]) -> Cluster:
    training = settings.training
    instances = Instances(Parameter.choice(parameter, types))
    return Cluster(instances, training.volume_size_gb, training.max_runtime_seconds)


def scoring_instances(settings: Settings) -> Instances:
    scoring = settings.scoring
    return Instances(
        Parameter.choice("ScoringInstanceType", scoring.instance_types),
        Parameter.integer("ScoringInstanceCount", scoring.instance_count),
    )


def model_instance_types(settings: Settings) -> Sequence[str]:
    """Those that a model answers on: the endpoint's, and those that score files."""
    return settings.serving.instance_type, *settings.scoring.instance_types
