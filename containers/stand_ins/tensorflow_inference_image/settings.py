"""The variables of AWS's TensorFlow inference image: what they do here, and which have nothing to do."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from toolkit import environment
from toolkit.environment import Environ
from toolkit.errors import ContainerProblem

from .servable import Batching

logger = logging.getLogger("tensorflow_inference_image")

DEFAULT_MODEL_NAME = "SAGEMAKER_TFS_DEFAULT_MODEL_NAME"
ENABLE_BATCHING = "SAGEMAKER_TFS_ENABLE_BATCHING"
MAX_BATCH_SIZE = "SAGEMAKER_TFS_MAX_BATCH_SIZE"
INTER_OP = "SAGEMAKER_TFS_INTER_OP_PARALLELISM"
INTRA_OP = "SAGEMAKER_TFS_INTRA_OP_PARALLELISM"
INSTANCE_COUNT = "SAGEMAKER_TFS_INSTANCE_COUNT"
MULTI_MODEL = "SAGEMAKER_MULTI_MODEL"
SAFE_PORT_RANGE = "SAGEMAKER_SAFE_PORT_RANGE"

# Of what the image takes, and what one process on a laptop does not need.
WITHOUT_EFFECT: Mapping[str, str] = {
    INSTANCE_COUNT: "one process serves",
    "SAGEMAKER_TFS_BATCH_TIMEOUT_MICROS": "requests are not put together",
    "SAGEMAKER_TFS_NUM_BATCH_THREADS": "requests are not put together",
    "SAGEMAKER_TFS_MAX_ENQUEUED_BATCHES": "requests are not put together",
    "SAGEMAKER_TFS_WAIT_TIME_SECONDS": "nothing listens before the models are there",
    "SAGEMAKER_TFS_FRACTIONAL_GPU_MEM_MARGIN": "there is no GPU",
    "SAGEMAKER_TFS_NGINX_LOGLEVEL": "there is no nginx",
    "SAGEMAKER_NGINX_PROXY_READ_TIMEOUT_SECONDS": "there is no nginx",
    "SAGEMAKER_GUNICORN_WORKERS": "there is no gunicorn",
    "SAGEMAKER_GUNICORN_THREADS": "there is no gunicorn",
    "SAGEMAKER_GUNICORN_WORKER_CLASS": "there is no gunicorn",
    "SAGEMAKER_GUNICORN_LOGLEVEL": "there is no gunicorn",
    "SAGEMAKER_GUNICORN_TIMEOUT_SECONDS": "there is no gunicorn",
}
_NUMBERS = (
    INSTANCE_COUNT,
    MAX_BATCH_SIZE,
    "SAGEMAKER_TFS_NUM_BATCH_THREADS",
    "SAGEMAKER_TFS_MAX_ENQUEUED_BATCHES",
)
_DEFAULT_BATCH_SIZE = 8


@dataclass(frozen=True)
class Settings:
    """What the variables say. A `default_model` of None is the first one that is found, a `rest_port` of 0 a
    free one; threads of 0 are one for each CPU."""

    default_model: str | None = None
    batching: Batching = field(default_factory=Batching)
    inter_op_threads: int = 1
    intra_op_threads: int = 1
    rest_port: int = 0

    @classmethod
    def of(cls, environ: Environ) -> "Settings":
        """Refuses by name (ContainerProblem) what the image refuses, and multi-model endpoints."""
        _refuse_multi_model(environ)
        for name in _NUMBERS:
            environment.number(environ, name, 1)
        for name, reason in WITHOUT_EFFECT.items():
            if name in environ:
                logger.info("%s has no effect here: %s", name, reason)
        return cls(
            environ.get(DEFAULT_MODEL_NAME) or None,
            _batching(environ),
            _threads(environ, INTER_OP),
            _threads(environ, INTRA_OP),
            _rest_port(environ),
        )


def _refuse_multi_model(environ: Environ) -> None:
    if _switch(environ, MULTI_MODEL):
        raise ContainerProblem(
            f"{MULTI_MODEL} is set: the stand-in has no multi-model endpoints. Put several models into one "
            "archive, and name one by the custom attribute tfs-model-name."
        )
    for name in ("SAGEMAKER_MULTI_MODEL_UNIVERSAL_BUCKET", "SAGEMAKER_MULTI_MODEL_UNIVERSAL_PREFIX"):
        if environ.get(name):
            raise ContainerProblem(f"{name} is set: the stand-in fetches no scripts. Put them into code/.")


def _batching(environ: Environ) -> Batching:
    if not _switch(environ, ENABLE_BATCHING):
        return Batching()
    return Batching(environment.number(environ, MAX_BATCH_SIZE, _DEFAULT_BATCH_SIZE))


def _switch(environ: Environ, name: str) -> bool:
    value = environ.get(name, "false").lower()
    if value not in ("true", "false"):
        raise ContainerProblem(f"{name} must be 'true' or 'false', not {value!r}")
    return value == "true"


def _threads(environ: Environ, name: str) -> int:
    """A container shares the machine with others: one thread, unless the variable says otherwise."""
    return 0 if environ.get(name, "").strip() == "0" else environment.number(environ, name, 1)


def _rest_port(environ: Environ) -> int:
    """The image's choice within the ports that SageMaker gives it; it takes 8501 where it is given none."""
    ports = environ.get(SAFE_PORT_RANGE, "").strip()
    if not ports:
        return 0
    low, _, high = ports.partition("-")
    if not (low.isascii() and low.isdigit() and high.isascii() and high.isdigit()):
        raise ContainerProblem(f"{SAFE_PORT_RANGE} should be two ports such as 9000-9100, not {ports!r}")
    if int(low) + 2 > int(high):
        raise ContainerProblem(f"not enough ports available in {SAFE_PORT_RANGE} ({ports})")
    return int(low) + 1
