"""The folders of the container."""

from sagemaker_training.environment import code_dir, model_dir
from toolkit.packages import absent_names

__all__ = ["code_dir", "model_dir"]

__getattr__ = absent_names(__name__)
