"""Every environment variable that a container reads, and the folders below /opt/ml."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .errors import ContainerProblem

BASE_DIR = "SAGEMAKER_BASE_DIR"
BIND_TO_PORT = "SAGEMAKER_BIND_TO_PORT"
PROGRAM = "SAGEMAKER_PROGRAM"
SUBMIT_DIRECTORY = "SAGEMAKER_SUBMIT_DIRECTORY"
DEFAULT_INVOCATIONS_ACCEPT = "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT"
BATCH = "SAGEMAKER_BATCH"
INFERENCE_OUTPUT = "SAGEMAKER_INFERENCE_OUTPUT"
INFERENCE_ENSEMBLE = "SAGEMAKER_INFERENCE_ENSEMBLE"
MAX_CONTENT_LENGTH = "MAX_CONTENT_LENGTH"
WORKERS = "SAGEMAKER_MODEL_SERVER_WORKERS"

BIND_HOST = "SLIPWAY_BIND_HOST"
MANAGED_BEHAVIOR = "SLIPWAY_MANAGED_BEHAVIOR"
_MANAGED_BEHAVIOR_BEFORE = "SLIPWAY_MANAGED_BEHAVIOUR"  # codespell:ignore
LOG_MESSAGES = "SLIPWAY_LOG_MESSAGES"

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")

OPT_ML = "/opt/ml"
DEFAULT_PORT = 8080
DEFAULT_MAX_CONTENT_LENGTH = 6 * 1024 * 1024

Environ = Mapping[str, str]


def pin_threads() -> None:
    """Give numeric libraries one thread, unless the caller chose otherwise. Call before numpy is imported.

    A container of an inference pipeline shares the instance with its neighbors: idle OpenMP threads of one
    spin on the CPU that the next one needs, and one thread makes training reproducible.
    """
    for name in THREADS:
        os.environ.setdefault(name, "1")


def number(environ: Environ, name: str, default: int) -> int:
    """The variable `name` as a positive integer; refuses anything else by name."""
    text = environ.get(name, "").strip()
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise ContainerProblem(f"{name} should be a positive integer, not {text!r}")
    return int(text)


def enabled(environ: Environ, name: str) -> bool:
    """Whether a switch is set: anything but empty, `0` and `false` (in any case)."""
    return environ.get(name, "").strip().lower() not in ("", "0", "false")


def managed_behavior(environ: Environ) -> bool:
    """Whether a stand-in repeats the managed image's behavior where that is an evident fault."""
    if _MANAGED_BEHAVIOR_BEFORE in environ:
        raise ContainerProblem(f"{_MANAGED_BEHAVIOR_BEFORE} is now called {MANAGED_BEHAVIOR}: rename it")
    return enabled(environ, MANAGED_BEHAVIOR)


@dataclass(frozen=True)
class Folders:
    """What stands where below /opt/ml, or below SAGEMAKER_BASE_DIR in its place."""

    base: Path

    @classmethod
    def of(cls, environ: Environ) -> "Folders":
        return cls(Path(environ.get(BASE_DIR) or OPT_ML).absolute())

    @property
    def model(self) -> Path:
        return self.base / "model"

    @property
    def code(self) -> Path:
        return self.base / "code"

    @property
    def input(self) -> Path:
        return self.base / "input"

    @property
    def config(self) -> Path:
        return self.input / "config"

    @property
    def output(self) -> Path:
        return self.base / "output"

    def channel(self, name: str) -> Path:
        return self.input / "data" / name

    def locate(self, path: str) -> Path:
        """A path as templates write it (`/opt/ml/model/code`), moved along with SAGEMAKER_BASE_DIR."""
        if path == OPT_ML or path.startswith(OPT_ML + "/"):
            return self.base / path[len(OPT_ML) :].lstrip("/")
        return self.base / path
