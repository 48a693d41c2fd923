"""A body as an array."""

from sagemaker_containers.beta.framework.encoders import decode
from toolkit.packages import absent_names

__getattr__ = absent_names(__name__)

__all__ = ["decode"]
