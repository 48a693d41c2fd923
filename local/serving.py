"""Serves every endpoint and every API of an assembly until it is told to stop."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import uvloop

from local import hosting, served
from local.api.hosting import Apis
from local.assembly import Assembly
from local.assembly import Endpoint as Declared
from local.container import ServingContainer, describe_exit
from local.hosting import Host, running
from local.runtime import Endpoint, Runtime
from local.served import Served, ServedContainer, ServedEndpoint
from local.server import listening

_STOPPING_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True)
class Listeners:
    """Where the runtime listens, and where each API does."""

    runtime: socket.socket
    apis: Sequence[socket.socket]


@dataclass(frozen=True)
class Hosted:
    """An endpoint as it is declared, and its containers."""

    declared: Declared
    containers: Sequence[ServingContainer]


class Session:
    """One run of `serve`. Made, it has laid out the containers of the endpoints; nothing runs yet.

    Raises a SlipwayError when an image or an artefact is not to be had.
    """

    def __init__(
        self, assembly: Assembly, endpoints: Iterable[Declared], host: Host, apis: Apis, folder: Path
    ) -> None:
        self._assembly = assembly
        self._apis = apis
        self._hosted = [
            Hosted(endpoint, host.containers(endpoint.model, folder / endpoint.name))
            for endpoint in endpoints
        ]
        self._containers = [container for one in self._hosted for container in one.containers]
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
        runtime = Runtime([self._endpoint(one) for one in self._hosted], self._assembly.account)
        url = _url(listeners.runtime)
        async with (
            self._apis.started(url),
            running(self._containers),
            listening(runtime, listeners.runtime),
            self._apis.listening(listeners.apis) as apis,
        ):
            now = Served(url, os.getpid(), [_state(one) for one in self._hosted], apis)
            served.write(state, now)
            announce(now)
            self._ready = True
            await asyncio.gather(*(_report_end(one, each) for one in self._hosted for each in one.containers))
            await asyncio.get_running_loop().create_future()

    def _endpoint(self, one: Hosted) -> Endpoint:
        name = one.declared.name
        log_group = self._assembly.place.arn("logs", f"log-group:/aws/sagemaker/Endpoints/{name}")
        chain = hosting.chain(one.declared.model, one.containers, log_group)
        return Endpoint(name, one.declared.variant, chain)

    def _stop(self, number: int, serving: "asyncio.Future[None]") -> None:
        self._signals.append(number)
        if len(self._signals) == 1:
            serving.cancel()
        else:
            for container in self._containers:
                container.kill()


async def _report_end(one: Hosted, container: ServingContainer) -> None:
    await asyncio.wait([container.exited])
    end = f"{container.name} {describe_exit(container.exited.result())}"
    consequence = "its endpoint answers 503 until serve is started again"
    print(f"{one.declared.name}: {end}; {consequence}{container.log_excerpt()}", file=sys.stderr, flush=True)


def _state(one: Hosted) -> ServedEndpoint:
    containers = [
        ServedContainer(each.name, each.pid or 0, each.port or 0, str(each.layout.log))
        for each in one.containers
    ]
    return ServedEndpoint(one.declared.name, one.declared.variant, containers)


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()
    return f"http://{host}:{port}"
