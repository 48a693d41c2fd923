"""A training job of a built-in algorithm: its log, its exit code, and the reason of a failure."""

import logging
import sys
from collections.abc import Callable

from toolkit import training_job
from toolkit.environment import Environ, Folders
from toolkit.errors import ContainerProblem

from built_in.hyperparameters import Refused


def run(
    environ: Environ,
    train: Callable[[Folders], None],
    logger: logging.Logger,
    unforeseen: Callable[[Exception], str],
) -> int:
    """Train below /opt/ml; exit code 1 and the reason in output/failure when it cannot be done.

    A refusal says by itself what is wrong; `unforeseen` says it of any other error.
    """
    logging.basicConfig(level=logging.INFO, format="[%(levelname)s] %(message)s", stream=sys.stderr)
    folders = Folders.of(environ)
    try:
        train(folders)
    except (Refused, ContainerProblem) as refusal:
        logger.error("%s", refusal)
        training_job.write_failure(folders, str(refusal))
        return 1
    except Exception as error:
        logger.exception("training failed")
        training_job.write_failure(folders, unforeseen(error))
        return 1
    return 0
