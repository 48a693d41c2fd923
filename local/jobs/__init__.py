"""SageMaker's jobs as container processes in the folder layout of /opt/ml."""

from local.jobs.processing import ProcessingJob
from local.jobs.services import Services
from local.jobs.training import TrainingJob
from local.jobs.tuning.job import TuningJob

__all__ = ["ProcessingJob", "Services", "TrainingJob", "TuningJob"]
