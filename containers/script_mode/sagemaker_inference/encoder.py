"""An array as a body."""

from sagemaker_containers.beta.framework.encoders import encode

__all__ = ["encode"]
