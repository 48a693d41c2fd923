"""Training, which is to come: a job ends with exit code 1 and says so."""

import logging

from built_in import job
from built_in.hyperparameters import Refused
from toolkit.environment import Environ, Folders


def main(environ: Environ) -> int:
    return job.run(environ, _train, logging.getLogger("linear_learner_image"), str)


def _train(folders: Folders) -> None:
    raise Refused("The stand-in for linear-learner does not train yet.")
