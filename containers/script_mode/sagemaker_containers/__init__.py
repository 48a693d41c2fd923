"""The names of SageMaker's `sagemaker_containers` that public scripts import, over our toolkit."""

from sagemaker_training.environment import Environment
from toolkit.packages import absent_names

__getattr__ = absent_names(__name__)


def training_env() -> Environment:
    """The training job that the script runs in, as described by the job's files."""
    return Environment()
