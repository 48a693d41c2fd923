"""The training job's environment, and the folders of the container."""

from sagemaker_training.environment import (
    Environment as TrainingEnv,
)
from sagemaker_training.environment import (
    code_dir,
    model_dir,
    output_data_dir,
    output_dir,
)
from toolkit.packages import absent_names

__all__ = ["TrainingEnv", "code_dir", "model_dir", "output_data_dir", "output_dir"]

__getattr__ = absent_names(__name__)
