"""Script-mode training: run the user's program the way that the managed scikit-learn image runs it."""

import logging
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType
from typing import IO

from . import entry_point, environment, packages, source, training_job
from .entry_point import EntryPoint
from .environment import Environ, Folders
from .errors import ContainerProblem
from .training_job import TrainingJob

logger = logging.getLogger("toolkit")

TAIL_LINES = 40
STOPPED = 128 + signal.SIGTERM


def no_variables(job: TrainingJob) -> Mapping[str, str]:
    """What an image without a framework of its own adds to the script's environment."""
    return {}


def main(environ: Environ, framework: Callable[[TrainingJob], Mapping[str, str]] = no_variables) -> int:
    """Run the job below /opt/ml; the exit code is 0, 1 for any failure of the user's, 143 when stopped.

    `framework` gives the variables that the image's framework adds for a job, or refuses the job with
    ContainerProblem. The reason of a failure stands in output/failure, the message of the script's own
    exception first.
    """
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stderr)
    folders = Folders.of(environ)
    try:
        job = TrainingJob.read(folders)
        program = environ.get(environment.PROGRAM) or str(job.framework.get("sagemaker_program", ""))
        if not program:
            raise ContainerProblem("The hyperparameter sagemaker_program is missing; name the script.")
        submitted = job.framework.get("sagemaker_submit_directory") or environ.get(
            environment.SUBMIT_DIRECTORY
        )
        code = source.copy(str(submitted or folders.code), folders)
        entry = entry_point.find(program, code, job.arguments())
        added = framework(job)
    except ContainerProblem as problem:
        logger.error("%s", problem)
        training_job.write_failure(folders, str(problem))
        return 1
    for folder in (folders.model, folders.output / "data"):
        folder.mkdir(parents=True, exist_ok=True)
    if entry.is_python:
        packages.warn_of_unmet(code)
    return _run(job, program, code, entry, {**environ, **added})


def _run(job: TrainingJob, program: str, code: Path, entry: EntryPoint, environ: Environ) -> int:
    # After its own folders the script sees ours, for the names of SageMaker's toolkits.
    imports = [*entry.imports, Path(__file__).parents[1]]
    own = {"PYTHONPATH": os.pathsep.join(map(str, imports)), "PYTHONUNBUFFERED": "1"}
    logger.info("running %s", entry.shown)
    variables = {**environ, **own, **job.variables(program, code)}
    process = subprocess.Popen(entry.command, cwd=code, env=variables, stderr=subprocess.PIPE)
    stopped = threading.Event()

    def hand_on(signum: int, frame: FrameType | None) -> None:
        stopped.set()
        process.send_signal(signal.SIGTERM)

    signal.signal(signal.SIGTERM, hand_on)
    if process.stderr is None:
        raise RuntimeError("the script's stderr is not a pipe")
    tail: deque[str] = deque(maxlen=TAIL_LINES)
    copier = threading.Thread(target=_copy, args=(process.stderr, tail), daemon=True)
    copier.start()
    code_returned = process.wait()
    # A grandchild may hold the pipe open for longer than the script lives.
    copier.join(timeout=2)
    if code_returned == 0:
        training_job.write_success(job.folders)
        return 0
    if stopped.is_set():
        training_job.write_failure(job.folders, f"The job was stopped (SIGTERM) while {program} ran.")
        return STOPPED
    reason = packages.advised(_reason(program, code_returned, list(tail)), code)
    training_job.write_failure(
        job.folders, f"{reason}\nExecuteUserScriptError: {entry.shown}\n{''.join(tail)}"
    )
    logger.error("%s failed: %s", program, reason)
    return 1


def _copy(stream: IO[bytes], tail: deque[str]) -> None:
    for line in stream:
        os.write(sys.stderr.fileno(), line)
        tail.append(line.decode(errors="replace"))


def _reason(program: str, code: int, lines: list[str]) -> str:
    """The message of the last traceback in the script's stderr, or its last line, or its exit code."""
    starts = [number for number, line in enumerate(lines) if line.startswith("Traceback ")]
    if starts:
        after = lines[starts[-1] + 1 :]
        message = [line for line in after if not line.startswith((" ", "\t"))]
        if message:
            return "".join(message).strip()
    for line in reversed(lines):
        if line.strip():
            return line.strip()
    if code < 0:
        return f"{program} was ended by signal {signal.Signals(-code).name}"
    return f"{program} exited with code {code}"
