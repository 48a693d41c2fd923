"""The steps of a pipeline, each rendered as the definition's JSON wants it.

A step's outputs are references, so a step that takes them runs after it. Arguments are those of
CreateProcessingJob, CreateTrainingJob, CreateHyperParameterTuningJob, CreateModel, CreateTransformJob and
CreateModelPackage.
"""

from stacks.constructs.pipeline.steps.condition import Condition, Fail, at_least, equal
from stacks.constructs.pipeline.steps.model import DataBaseline, Model, RegisterModel, Transform
from stacks.constructs.pipeline.steps.processing import FreshProcessing, Processing, PropertyFile
from stacks.constructs.pipeline.steps.step import Cluster, Instances, Jobs, Step
from stacks.constructs.pipeline.steps.training import Spot, Training, read_hyperparameters
from stacks.constructs.pipeline.steps.tuning import TrainingDefinition, Tuning
from stacks.constructs.pipeline.steps.tuning_ranges import Categorical, Continuous, Integer
from stacks.constructs.pipeline.steps.tuning_strategy import Bayesian, Grid, Hyperband, Random, WarmStart

__all__ = [
    "Bayesian",
    "Categorical",
    "Cluster",
    "Condition",
    "Continuous",
    "DataBaseline",
    "Fail",
    "FreshProcessing",
    "Grid",
    "Hyperband",
    "Instances",
    "Integer",
    "Jobs",
    "Model",
    "Processing",
    "PropertyFile",
    "Random",
    "RegisterModel",
    "Spot",
    "Step",
    "Training",
    "TrainingDefinition",
    "Transform",
    "Tuning",
    "WarmStart",
    "at_least",
    "equal",
    "read_hyperparameters",
]
