"""The instances that whoever starts a pipeline may choose among: those that the settings offer."""

from collections.abc import Sequence

from stacks.constructs.pipeline.references import Parameter
from stacks.constructs.pipeline.steps import Cluster, Instances
from stacks.settings import Settings


def training_cluster(settings: Settings) -> Cluster:
    training = settings.training
    return Cluster(
        Instances(Parameter.choice("InstanceType", training.instance_types)),
        training.volume_size_gb,
        training.max_runtime_seconds,
    )


def processing_cluster(settings: Settings) -> Cluster:
    """Those of the training, unless processing has instances of its own."""
    training = settings.training
    if training.processing_instance_types is None:
        return training_cluster(settings)
    return Cluster(
        Instances(Parameter.choice("ProcessingInstanceType", training.processing_instance_types)),
        training.volume_size_gb,
        training.max_runtime_seconds,
    )


def scoring_instances(settings: Settings) -> Instances:
    scoring = settings.scoring
    return Instances(
        Parameter.choice("ScoringInstanceType", scoring.instance_types),
        Parameter.integer("ScoringInstanceCount", scoring.instance_count),
    )


def model_instance_types(settings: Settings) -> Sequence[str]:
    """Those that a model answers on: the endpoint's, and those that score files."""
    return settings.serving.instance_type, *settings.scoring.instance_types
