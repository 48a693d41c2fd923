"""`from sagemaker_containers.beta.framework import encoders, worker, ...`"""

from toolkit.packages import absent_names

from sagemaker_containers import training_env

__all__ = ["training_env"]

__getattr__ = absent_names(__name__)
