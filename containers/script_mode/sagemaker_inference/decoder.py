"""A body as an array."""

from sagemaker_containers.beta.framework.encoders import decode

__all__ = ["decode"]
