"""One image's process for a test: started as SageMaker starts it, called over one kept connection.

With SLIPWAY_TEST_ENGINE=podman, docker or any our own image runs in that engine (`make test-images`), with
the same rights that `slipway serve --engine` gives it, but on this machine's network.
"""

import functools
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Self

from patience import PATIENCE
from patience import wait_until as comes_true

from local.containers.engine import Engine

ROOT = Path(__file__).resolve().parents[2]
PATHS = os.pathsep.join(str(ROOT / path) for path in ("containers/stand_ins", "containers/script_mode"))
THIS_PYTHON = Path(sys.executable)
ENGINE = os.environ.get("SLIPWAY_TEST_ENGINE", "")
OUR_IMAGE = "localhost/slipway-script-mode:latest"


class Answer(NamedTuple):
    status: int
    content_type: str
    body: bytes
    headers: dict[str, str]


class Training(NamedTuple):
    code: int
    output: str
    log: str


def environment(folder: Path, **variables: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": PATHS,
        "PYTHONDONTWRITEBYTECODE": "1",
        "SAGEMAKER_BASE_DIR": str(folder),
        "SAGEMAKER_MODEL_SERVER_WORKERS": "1",
        **variables,
    }


@functools.cache
def engine() -> Engine:
    """The engine that the suite runs our image in."""
    return Engine.find(None if ENGINE == "any" else ENGINE)


class Start(NamedTuple):
    """A program and its environment."""

    command: Sequence[str]
    environment: Mapping[str, str]


def start(
    module: str, arguments: Sequence[str], folder: Path, python: Path = THIS_PYTHON, **variables: str
) -> Start:
    """What starts an image with `arguments`: its module in a process, or the image itself in an engine."""
    own = environment(folder, **variables)
    if not ENGINE or module != "toolkit":
        return Start([str(python), "-m", module, *arguments], own)
    folder.mkdir(parents=True, exist_ok=True)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o777)
    passed = {name: value for name, value in own.items() if name not in ("PATH", "PYTHONPATH")}
    command = engine().command(
        OUR_IMAGE,
        "",
        name=f"slipway-test-{uuid.uuid4().hex[:12]}",
        folder=folder,
        inside=str(folder),
        network=["--network=host"],
        environment={**passed, "SLIPWAY_BIND_HOST": "127.0.0.1"},
    )
    return Start([*command[:-1], *arguments], dict(os.environ))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], bool]) -> None:
    """Return when the condition has come true."""
    assert comes_true(condition), "waited in vain"


class Container:
    """`with Container("toolkit", folder, SAGEMAKER_PROGRAM="inference.py") as container: ...`"""

    def __init__(self, module: str, folder: Path, python: Path = THIS_PYTHON, **variables: str) -> None:
        self.port = free_port()
        folder.mkdir(parents=True, exist_ok=True)
        self._log = (folder / f"container-{self.port}.log").open("w+b")
        port = str(self.port)
        started = start(module, ["serve"], folder, python, SAGEMAKER_BIND_TO_PORT=port, **variables)
        self.process = subprocess.Popen(
            started.command,
            env=started.environment,
            cwd=folder,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def __enter__(self) -> Self:
        deadline = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                self._connection.connect()
            except OSError:
                time.sleep(0.01)
            else:
                return self
        code, log = self.process.poll(), self.log()
        self.__exit__()
        raise AssertionError(f"the container did not start (exit code {code}):\n{log}")

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        if self.process.poll() is None:
            self.stop()
        self._log.close()

    def log(self) -> str:
        return Path(self._log.name).read_text()

    def request(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> Answer:
        self._connection.request(method, path, body=body, headers=headers or {})  # type: ignore[arg-type]
        response = self._connection.getresponse()
        named = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, named.get("content-type", ""), response.read(), named)

    def invoke(self, body: object, content_type: str | None = None, accept: str | None = None) -> Answer:
        headers = {"Content-Type": content_type, "Accept": accept}
        return self.request(
            "POST", "/invocations", body, {name: value for name, value in headers.items() if value}
        )

    def stop(self) -> int:
        """End the process as SageMaker does, and give its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=PATIENCE)


def run_to_its_end(started: Start, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        started.command,
        env=started.environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def run_training(module: str, folder: Path, python: Path = THIS_PYTHON, **variables: str) -> Training:
    """A training job's container from start to end."""
    started = start(module, ["train"], folder, python, **variables)
    done = run_to_its_end(started, folder)
    return Training(done.returncode, done.stdout, done.stderr)


def start_failure(module: str, folder: Path, python: Path = THIS_PYTHON, **variables: str) -> str:
    """The log of a container that is expected to end before it is ready."""
    port = str(free_port())
    started = start(module, ["serve"], folder, python, SAGEMAKER_BIND_TO_PORT=port, **variables)
    done = run_to_its_end(started, folder)
    assert done.returncode == 1, done.stderr
    return done.stderr


def write_job(folder: Path, hyperparameters: dict[str, str], channels: dict[str, str]) -> None:
    """The files that SageMaker writes for a training job; `channels` maps names to content types."""
    config = folder / "input" / "config"
    config.mkdir(parents=True, exist_ok=True)
    (config / "hyperparameters.json").write_text(json.dumps(hyperparameters))
    described = {
        name: {
            "ContentType": content_type,
            "TrainingInputMode": "File",
            "S3DistributionType": "FullyReplicated",
        }
        for name, content_type in channels.items()
    }
    (config / "inputdataconfig.json").write_text(json.dumps(described))
    (config / "resourceconfig.json").write_text(json.dumps({"current_host": "algo-1", "hosts": ["algo-1"]}))


def write_csv(path: Path, rows: list[list[float]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in rows))
