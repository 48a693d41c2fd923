"""Batch transform: every record of S3 objects through a model's containers."""

from local.transform.job import run_transform_job
from local.transform.request import TransformRequest

__all__ = ["TransformRequest", "run_transform_job"]
