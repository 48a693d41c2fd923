"""Batch transform: every record of S3 objects through a model's containers."""

from local.jobs.transform.job import run_transform_job
from local.jobs.transform.request import TransformRequest

__all__ = ["TransformRequest", "run_transform_job"]
