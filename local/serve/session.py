"""Serves every endpoint and every API of an assembly until it is told to stop."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop

import assembly
from assembly import Assembly
from assembly.address import chosen
from assembly.errors import AssemblyError, SlipwayError
from local.api.apis import Apis
from local.api.request import LARGEST_HEAD
from local.aws.front import Application, Front
from local.endpoint.example import example
from local.endpoint.fleet import Fleet, Fleets
from local.endpoint.replacement import Hosted
from local.endpoint.runtime import Admit, Runtime, anybody
from local.http.listener import listening
from local.sagemaker_api.api import SageMakerApi
from local.serve import control, state_file
from local.serve.state_file import Served, ServedApi, ServedContainer, ServedEndpoint

_STOPPING_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True)
class Listeners:
    """The addresses of the runtime, of each API, and of the console where there is one."""

    runtime: socket.socket
    apis: Sequence[socket.socket]
    console: socket.socket | None = None


@dataclass(frozen=True)
class Answering:
    """Where a session answers, and the file that says so."""

    state: Path
    url: str
    apis: Sequence[ServedApi]
    console: str | None


class Session:
    """One run of `serve`: of fleets that are laid out, of APIs and of SageMaker's own; nothing runs yet.

    `fleets` makes those that replace them. `console` makes the page that calls the APIs. `admit` says who may
    invoke an endpoint.
    """

    def __init__(
        self,
        declared: Assembly,
        laid_out: Iterable[Fleet],
        fleets: Fleets,
        apis: Apis,
        *,
        sagemaker: SageMakerApi,
        console: Callable[[Apis], Application],
        admit: Admit = anybody,
    ) -> None:
        self._admit = admit
        self._account, self._region = declared.account, declared.region
        self._apis = apis
        self._sagemaker = sagemaker
        self._console = console
        self._fleets = fleets
        self._hosted = [Hosted(fleet, self._tell) for fleet in laid_out]
        self._answering: Answering | None = None
        self._replacing = asyncio.Lock()
        self._signals: list[int] = []
        self._ready = False

    def run(self, listeners: Listeners, state: Path, announce: Callable[[Served], None]) -> int:
        """Serve until SIGINT or SIGTERM; the second one kills what does not stop at once.

        `announce` is called when every endpoint and API answers, and the state file written. Returns the
        exit code: 0, or 128 + n when signal n came before that. Raises ContainerError when a container or a
        function fails to get ready.
        """
        return uvloop.run(self._main(listeners, state, announce))

    async def _main(self, listeners: Listeners, state: Path, announce: Callable[[Served], None]) -> int:
        serving = asyncio.ensure_future(self._serve(listeners, state, announce))
        loop = asyncio.get_running_loop()
        for number in _STOPPING_SIGNALS:
            loop.add_signal_handler(number, self._stop, number, serving)
        try:
            await serving
        except asyncio.CancelledError:
            pass
        finally:
            for number in _STOPPING_SIGNALS:
                loop.remove_signal_handler(number)
        return 0 if self._ready else 128 + self._signals[0]

    async def _serve(self, listeners: Listeners, state: Path, announce: Callable[[Served], None]) -> None:
        async with self.serving(listeners, state) as now, control.listening(state.parent, self._obey):
            announce(now)
            self._ready = True
            await asyncio.get_running_loop().create_future()

    @asynccontextmanager
    async def serving(self, listeners: Listeners, state: Path) -> AsyncIterator[Served]:
        """Serve for the time of the block; the state file says how, at each time.

        Raises ContainerError when a container or a function fails to get ready.
        """
        runtime = Runtime([one.endpoint for one in self._hosted], self._account, admit=self._admit)
        url = _url(listeners.runtime)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._apis.started(url))
            stack.push_async_callback(self._stop_hosted)
            await asyncio.gather(*(one.start() for one in self._hosted))
            stack.push_async_callback(self._sagemaker.close)
            self._sagemaker.open(runtime, self._hosted)
            front = Front(runtime, self._sagemaker.services())
            await stack.enter_async_context(listening(front, listeners.runtime))
            apis = await stack.enter_async_context(self._apis.listening(listeners.apis))
            console = None
            if listeners.console is not None:
                await stack.enter_async_context(
                    listening(self._console(self._apis), listeners.console, largest_head=LARGEST_HEAD)
                )
                console = f"{_url(listeners.console)}/"
            self._answering = answering = Answering(state, url, apis, console)
            self._tell()
            yield self._served(answering)

    def _tell(self) -> None:
        """Bring the state file up to date, once there is one."""
        if self._answering is not None:
            state_file.write(self._answering.state, self._served(self._answering))

    def _served(self, answering: "Answering") -> Served:
        endpoints = [_endpoint(one) for one in self._hosted]
        return Served(answering.url, os.getpid(), self._region, endpoints, answering.apis, answering.console)

    async def _obey(self, request: Mapping[str, Any], note: control.Note) -> None:
        """What other commands ask for: `{"deploy": <workload>, "assembly": <absolute path>}`."""
        if self._replacing.locked():
            raise SlipwayError("another version is being deployed; wait for it")
        async with self._replacing:
            await self._deploy(str(request["deploy"]), Path(request["assembly"]), note)

    async def _deploy(self, workload: str, path: Path, note: control.Note) -> None:
        hosted = self._named(workload)
        # In a thread: the old version is answering meanwhile.
        declared, fleet = await asyncio.to_thread(self._prepare, hosted, path)
        await hosted.replace(fleet, example(declared, hosted.endpoint.name), note)

    def _named(self, workload: str) -> Hosted:
        return chosen(workload, "endpoint", self._hosted, lambda one: one.fleet.declared.address)

    def _prepare(self, hosted: Hosted, path: Path) -> tuple[Assembly, Fleet]:
        declared = assembly.load(path)
        name, variant = hosted.endpoint.name, hosted.endpoint.variant
        found = declared.endpoint(name)
        if found.variant != variant:
            raise AssemblyError(
                f"{name}: expected the variant {variant}, which a deployment cannot change; "
                f"{path} says {found.variant}"
            )
        return declared, self._fleets.prepare(declared, found, hosted.version + 1)

    async def _stop_hosted(self) -> None:
        await asyncio.gather(*(one.stop() for one in self._hosted))

    def _stop(self, number: int, serving: "asyncio.Future[None]") -> None:
        self._signals.append(number)
        if len(self._signals) == 1:
            serving.cancel()
        else:
            self._sagemaker.kill()
            for one in self._hosted:
                one.kill()


def _endpoint(one: Hosted) -> ServedEndpoint:
    containers = [
        ServedContainer(each.name, each.pid or 0, each.port or 0, str(each.layout.log))
        for each in one.fleet.containers
    ]
    declared = one.fleet.declared
    return ServedEndpoint(declared.name, declared.variant, containers, declared.address)


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()
    return f"http://{host}:{port}"
