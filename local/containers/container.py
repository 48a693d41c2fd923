"""One container as a process: the folders of /opt/ml, the image's environment, start, ping, stop.

As SageMaker's hosting and jobs do it: a serving image listens on `SAGEMAKER_BIND_TO_PORT` and answers
`/ping`; a job's image runs to its end. `SAGEMAKER_BASE_DIR` tells either where its /opt/ml is.
"""

import asyncio
import json
import os
import shutil
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from local.containers.images import Image
from local.containers.process import Process
from local.errors import ContainerError
from local.http.client import Client, HttpError
from local.http.ports import PortRange
from local.timing import SAGEMAKER

FAILURE_LENGTH = 1024
_OPT_ML = PurePosixPath("/opt/ml")


@dataclass(frozen=True)
class Layout:
    """The folders of one container. `root` is its working folder; `root/opt/ml` stands for /opt/ml."""

    root: Path

    @property
    def base(self) -> Path:
        return self.root.absolute() / "opt" / "ml"

    @property
    def model(self) -> Path:
        return self.base / "model"

    @property
    def output(self) -> Path:
        return self.base / "output"

    @property
    def log(self) -> Path:
        return self.root / "container.log"

    def channel(self, name: str) -> Path:
        return self.base / "input" / "data" / name

    def host_path(self, path: str) -> Path:
        """The folder that stands for an absolute path of the container.

        Raises ContainerError for a path outside /opt/ml.
        """
        inside = PurePosixPath(os.path.normpath(path))
        if not inside.is_relative_to(_OPT_ML):
            raise ContainerError(f"{path} is outside {_OPT_ML}, the only folder that a container has here")
        return self.base / inside.relative_to(_OPT_ML)

    def create(self) -> None:
        """Make the folders, empty; whatever an earlier container left under `root` is removed."""
        if self.root.exists():
            shutil.rmtree(self.root)
        for folder in (self.model, self.output / "data", self.base / "input" / "config", self._temporary):
            folder.mkdir(parents=True)

    def write_config(self, name: str, content: Any) -> None:
        """Write `/opt/ml/input/config/<name>.json`."""
        path = self.base / "input" / "config" / f"{name}.json"
        path.write_text(json.dumps(content, indent=2), encoding="utf-8")

    def environment(self) -> dict[str, str]:
        """The variables that move the container's folders here."""
        return {
            "SAGEMAKER_BASE_DIR": str(self.base),
            "HOME": str(self.root.absolute()),
            "TMPDIR": str(self._temporary),
        }

    def failure(self) -> str:
        """The reason that the container wrote to `output/failure` or (processing) `output/message`.

        At most 1024 characters, as many as SageMaker shows; empty when there is none.
        """
        for name in ("failure", "message"):
            path = self.output / name
            if path.is_file():
                return path.read_text(encoding="utf-8", errors="replace")[:FAILURE_LENGTH].strip()
        return ""

    def log_tail(self, lines: int = 20) -> str:
        """The last lines of the container's log."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as stream:
            stream.seek(max(0, self.log.stat().st_size - (1 << 16)))
            return "\n".join(stream.read().decode("utf-8", "replace").splitlines()[-lines:])

    @property
    def _temporary(self) -> Path:
        return self.root.absolute() / "tmp"


@dataclass(frozen=True)
class Start:
    """A program to start, its environment, and the host where it will listen."""

    command: Sequence[str]
    environment: Mapping[str, str]
    host: str = "127.0.0.1"


class ServingContainer:
    """A container that serves: started with `serve`, ready when `/ping` answers 200.

    It has one worker unless its environment says otherwise, as all containers here share the machine's CPUs.
    It can be started again once it has ended; what is below its folder stays. `connect` makes the client of
    a host's port.
    """

    def __init__(self, name: str, image: Image, layout: Layout, environment: Mapping[str, str]) -> None:
        self.name = name
        self.layout = layout
        self._image = image
        self._own_environment = environment
        self._ports: PortRange | None = None
        self._process: Process | None = None
        self.ready = False
        self.retry_after = 1.0
        self.connect: Callable[[int, str], Client] = Client
        self.client: Client
        self.exited: asyncio.Future[int]

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def port(self) -> int | None:
        return self._ports.bind_to if self._ports else None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.exit_code is None

    def start(self) -> None:
        """Start the process. `exited` is a future of its exit code."""
        loop = asyncio.get_running_loop()
        self.exited = loop.create_future()
        self._process = None
        self._ports = ports = PortRange()
        started = self._start_with(
            {
                "SAGEMAKER_MODEL_SERVER_WORKERS": "1",
                **self._own_environment,
                "SAGEMAKER_BIND_TO_PORT": str(ports.bind_to),
                "SAGEMAKER_SAFE_PORT_RANGE": ports.safe,
            }
        )
        self.client = self.connect(ports.bind_to, started.host)
        try:
            self._process = process = Process(
                started.command, cwd=self.layout.root, environment=started.environment, log=self.layout.log
            )
        except OSError as error:
            ports.close()
            raise ContainerError(f"{self.name} cannot be started: {error}") from error
        process.on_exit(lambda: _from_thread(loop, lambda: self._note_exit(process, ports)))

    def _start_with(self, variables: Mapping[str, str]) -> "Start":
        """The command that starts the image with the container's variables."""
        environment = {**self._image.environment(), **self.layout.environment(), **variables}
        return Start(self._image.command("serve"), environment)

    async def wait_ready(self, timeout: float = SAGEMAKER.ready) -> None:
        """Return once `/ping` answers 200.

        Raises ContainerError, with the last log lines, when it ends before that or is not ready in time.
        """
        deadline = time.monotonic() + timeout
        answer = "it did not listen"
        while time.monotonic() < deadline:
            if self.exited.done():
                end = describe_exit(self.exited.result())
                raise ContainerError(f"{self.name} {end} before it was ready{self.log_excerpt()}")
            try:
                response = await self.client.request("GET", "/ping", timeout=SAGEMAKER.ping)
            except HttpError as error:
                answer = str(error)
            else:
                if response.status == 200:
                    self.ready = True
                    return
                answer = f"/ping answered {response.status}"
            await asyncio.wait([self.exited], timeout=0.02)
        raise ContainerError(f"{self.name} was not ready within {timeout:g} s: {answer}{self.log_excerpt()}")

    async def stop(self, grace: float = SAGEMAKER.grace) -> None:
        """SIGTERM, then SIGKILL after `grace` seconds."""
        if self._process is None:
            return
        self.ready = False
        self.client.close()
        self._process.terminate()
        done, _ = await asyncio.wait([self.exited], timeout=grace)
        if not done:
            await self.end()

    async def end(self) -> None:
        """SIGKILL; returns when it is gone."""
        self.kill()
        if self._process is not None:
            await asyncio.wait([self.exited])

    def kill(self) -> None:
        """SIGKILL, at once."""
        self.ready = False
        if self._process is not None:
            self._process.kill()

    def log_excerpt(self) -> str:
        """The last log lines, as the end of a sentence."""
        tail = self.layout.log_tail()
        return f"; its last log lines ({self.layout.log}):\n{tail}" if tail else "; its log is empty"

    def _note_exit(self, process: Process, ports: PortRange) -> None:
        self.ready = False
        ports.close()
        self.client.close()
        self.exited.set_result(process.wait() or 0)


def describe_exit(exit_code: int) -> str:
    """Describe how a process ended."""
    if exit_code < 0:
        return f"was killed by {signal.Signals(-exit_code).name}"
    return f"ended with exit code {exit_code}"


def _from_thread(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    with suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(call)
