"""An array as a body."""

from sagemaker_containers.beta.framework.encoders import encode
from toolkit.packages import absent_names

__getattr__ = absent_names(__name__)

__all__ = ["encode"]
