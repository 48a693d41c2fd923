"""The steps of a training pipeline, each rendered as the definition's JSON wants it.

A step's outputs are references, so a step that takes them runs after it. Arguments are those of
CreateProcessingJob, CreateTrainingJob, CreateModel and CreateTransformJob.
"""

from stacks.constructs.steps.model import Model, Transform
from stacks.constructs.steps.processing import Processing, PropertyFile
from stacks.constructs.steps.step import Cluster, Jobs, Step
from stacks.constructs.steps.training import Training, read_hyperparameters

__all__ = [
    "Cluster",
    "Jobs",
    "Model",
    "Processing",
    "PropertyFile",
    "Step",
    "Training",
    "Transform",
    "read_hyperparameters",
]
