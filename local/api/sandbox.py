"""A Lambda function's processes: each runs one event at a time, as an execution environment does."""

import asyncio
import json
import os
import socket
import struct
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from assembly.errors import SlipwayError
from local.api import signature
from local.api.declaration import Function
from local.containers.container import describe_exit
from local.containers.process import Process
from local.errors import ContainerError

# What Lambda gives an import; here the machine may be busy with the containers' own.
INIT_TIMEOUT = 60.0
# The machine's share of a function's concurrency; more requests wait for one of these.
MOST_PROCESSES = 8
# An event of a synchronous invocation, in bytes.
LARGEST_EVENT = 6 << 20
_WORKER = Path(__file__).with_name("worker.py")


class FunctionFailedError(SlipwayError):
    """The function raised an error, ended, or took longer than its timeout."""


class HandlerError(FunctionFailedError):
    """The handler raised an error; its process goes on."""


class ThrottledError(SlipwayError):
    """As many requests are under way as the function's concurrency allows."""


class EventTooLargeError(SlipwayError):
    """The event is larger than a function takes."""


class Sandbox:
    """One process of a function; it is killed when it is late, and never used again after that."""

    def __init__(self, function: Function, code: Path, folder: Path, environment: Mapping[str, str]) -> None:
        self._function = function
        self._stream, theirs = socket.socketpair()
        try:
            self._process = Process(
                # -P, -s: no modules from the working folder, none that this user has installed.
                [sys.executable, "-P", "-s", str(_WORKER), str(theirs.fileno()), str(code), function.handler],
                cwd=folder,
                environment=environment,
                log=folder / "function.log",
                pass_fds=[theirs.fileno()],
            )
        finally:
            theirs.close()
        self.pid = self._process.pid
        self._connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ready(self) -> None:
        """Return when the handler is imported; raises FunctionFailedError when it cannot be."""
        await self._answer(INIT_TIMEOUT)

    async def invoke(self, event: bytes, request_id: str) -> Any:
        """What the handler returned; raises FunctionFailedError."""
        function = self._function
        context = {
            "request_id": request_id,
            "function_name": function.name,
            "function_arn": function.arn,
            "memory_mb": function.memory_mb,
            "log_group": function.log_group,
            "log_stream": str(self.pid),
            "timeout": function.timeout,
        }
        message = b'{"event":%b,"context":%b}' % (event, json.dumps(context).encode())
        _, writer = await self._connected()
        writer.write(struct.pack(">I", len(message)) + message)
        answer = await self._answer(function.timeout)
        if "error" in answer:
            raise HandlerError(f"{function.name} raised {answer['error']}")
        return answer["result"]

    @property
    def running(self) -> bool:
        return self._process.exit_code is None

    async def stop(self) -> None:
        """Kill it, as Lambda ends an environment that is not used."""
        self._process.kill()
        await asyncio.to_thread(self._process.wait)
        if self._connection is None:
            self._stream.close()
        else:
            self._connection[1].close()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._connection is None:
            self._connection = await asyncio.open_connection(sock=self._stream)
        return self._connection

    async def _answer(self, timeout: float) -> dict[str, Any]:
        reader, _ = await self._connected()
        try:
            async with asyncio.timeout(timeout):
                head = await reader.readexactly(4)
                content = await reader.readexactly(struct.unpack(">I", head)[0])
        except TimeoutError:
            raise FunctionFailedError(f"{self._function.name} timed out after {timeout:g} s") from None
        except (asyncio.IncompleteReadError, ConnectionError):
            exit_code = await asyncio.to_thread(self._process.wait, 1)
            end = "closed its connection" if exit_code is None else describe_exit(exit_code)
            raise FunctionFailedError(f"{self._function.name} {end}") from None
        answer: dict[str, Any] = json.loads(content)
        return answer


class Sandboxes:
    """The processes of one function: one at first, more when they are needed at the same time."""

    def __init__(self, function: Function, code: Path, folder: Path) -> None:
        self.function = function
        self._code = code.absolute()
        self._folder = folder.absolute()
        self._environment: Mapping[str, str] = {}
        self._all: list[Sandbox] = []
        self._idle: list[Sandbox] = []
        self._in_use = 0
        self._slots = asyncio.Semaphore(min(function.concurrency, MOST_PROCESSES))

    @property
    def log(self) -> Path:
        return self._folder / "function.log"

    @property
    def pids(self) -> Sequence[int]:
        return [sandbox.pid for sandbox in self._all]

    def start(self, environment: Mapping[str, str]) -> None:
        """Start the first process; `environment` comes on top of the function's own."""
        (self._folder / "tmp").mkdir(parents=True, exist_ok=True)
        self.log.unlink(missing_ok=True)
        self._environment = {**self._own_environment(), **self.function.environment, **environment}
        self._idle.append(self._start())

    async def ready(self) -> None:
        """Return when the first process has imported the handler; raises ContainerError when it cannot."""
        try:
            await self._idle[0].ready()
        except FunctionFailedError as error:
            raise ContainerError(
                f"{error} before it was ready; the end of {self.log}:\n{self._tail()}"
            ) from None

    async def invoke(self, event: Mapping[str, Any], request_id: str) -> Any:
        """What the handler returned for the event.

        Raises FunctionFailedError, ThrottledError or EventTooLargeError.
        """
        encoded = json.dumps(event).encode()
        if len(encoded) > LARGEST_EVENT:
            raise EventTooLargeError(
                f"the event is larger than the {LARGEST_EVENT} bytes that {self.function.name} accepts"
            )
        if self._in_use >= self.function.concurrency:
            raise ThrottledError(f"{self.function.name} is at its concurrency limit of {self._in_use}")
        self._in_use += 1
        try:
            async with self._slots:
                return await self._invoke(encoded, request_id)
        finally:
            self._in_use -= 1

    async def stop(self) -> None:
        """End all processes."""
        await asyncio.gather(*(sandbox.stop() for sandbox in self._all))

    async def _invoke(self, event: bytes, request_id: str) -> Any:
        sandbox = await self._take()
        try:
            result = await sandbox.invoke(event, request_id)
        except HandlerError:
            self._idle.append(sandbox)
            raise
        except BaseException:
            await self._end(sandbox)
            raise
        self._idle.append(sandbox)
        return result

    async def _take(self) -> Sandbox:
        while self._idle:
            sandbox = self._idle.pop()
            if sandbox.running:
                return sandbox
            await self._end(sandbox)
        sandbox = self._start()
        try:
            await sandbox.ready()
        except BaseException:
            await self._end(sandbox)
            raise
        return sandbox

    def _start(self) -> Sandbox:
        sandbox = Sandbox(self.function, self._code, self._folder, self._environment)
        self._all.append(sandbox)
        return sandbox

    async def _end(self, sandbox: Sandbox) -> None:
        self._all.remove(sandbox)
        await sandbox.stop()

    def _own_environment(self) -> dict[str, str]:
        """The variables that Lambda sets; no others of this process reach the function."""
        region, role = self.function.arn.split(":")[3], self.function.role
        return {
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            "TZ": ":UTC",
            "HOME": str(self._folder),
            "TMPDIR": str(self._folder / "tmp"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
            "LAMBDA_TASK_ROOT": str(self._code),
            "_HANDLER": self.function.handler,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_ACCESS_KEY_ID": signature.key_of(role) if role else signature.ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": signature.SECRET_KEY,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_LAMBDA_FUNCTION_NAME": self.function.name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.function.memory_mb),
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_LOG_GROUP_NAME": self.function.log_group,
        }

    def _tail(self) -> str:
        with suppress(FileNotFoundError):
            return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:])
        return ""
