"""The APIs of an assembly, each on its own port, with the processes of their functions."""

import asyncio
import shlex
import socket
import zipfile
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from assembly import Assembly, Resource
from assembly.errors import AssemblyError
from assembly.project import synthesis
from local.api.declaration import Api
from local.api.gateway import Gateway
from local.api.reading import read_api
from local.api.request import LARGEST_HEAD
from local.api.sandbox import Sandboxes
from local.endpoint.example import example
from local.http.listener import bind, listening
from local.serve.state_file import ServedApi, ServedFunction
from rehearsal.iam.enforcement import OFF, Iam

_ENDPOINT_URL = "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME"


class Apis:
    """The APIs of some workloads, or of all, and their functions, read and laid out below a folder; nothing
    runs yet; `iam` is asked before a function does. None among the workloads stands for what has no tag
    `workload`.

    Raises AssemblyError for an API of a workload that was asked for and cannot run here.
    """

    def __init__(
        self,
        assembly: Assembly,
        folder: Path,
        note: Callable[[str], None],
        workloads: Collection[str | None] | None = None,
        *,
        iam: Iam = OFF,
    ) -> None:
        self._iam = iam
        self._assembly = assembly
        self._folder = folder
        self._note = note
        self.apis: Sequence[Api] = [
            api
            for declared in assembly.resources("AWS::ApiGateway::RestApi")
            if (api := self._read(declared, workloads)) is not None
        ]
        functions = {function.arn: function for api in self.apis for function in api.functions}
        # Of the APIs that answer, by their workload.
        self.gateways: dict[str, Gateway] = {}
        self._functions = {
            arn: Sandboxes(function, self._code(function.code), folder / "functions" / function.name)
            for arn, function in functions.items()
        }

    def _read(self, declared: Resource, workloads: Collection[str | None] | None) -> Api | None:
        """The API if it is one of `workloads`. Of all, one that cannot run here is left out, with a note."""
        if workloads is not None and declared.tags.get("workload") not in workloads:
            return None
        try:
            api = read_api(self._assembly, declared)
            for function in api.functions:
                self._code(function.code)
            return api
        except AssemblyError as error:
            if workloads is not None and declared.tags.get("workload"):
                raise
            self._note(f"not served: {declared.label}: {error}")
            return None

    def bind(self, port: int) -> list[socket.socket]:
        """A socket for each API: `port` and the following ones, or any free ones for 0.

        Raises UsageError when one is taken.
        """
        listeners: list[socket.socket] = []
        try:
            for number, _ in enumerate(self.apis):
                listeners.append(bind(port + number if port else 0))
        except BaseException:
            for listener in listeners:
                listener.close()
            raise
        return listeners

    @asynccontextmanager
    async def started(self, runtime: str) -> AsyncIterator[None]:
        """The functions' first processes run during the block; their endpoints are at the URL `runtime`."""
        try:
            for sandboxes in self._functions.values():
                sandboxes.start({_ENDPOINT_URL: runtime})
            yield
        finally:
            await asyncio.gather(*(sandboxes.stop() for sandboxes in self._functions.values()))

    @asynccontextmanager
    async def listening(self, listeners: Sequence[socket.socket]) -> AsyncIterator[list[ServedApi]]:
        """Every API answers during the block.

        Raises ContainerError when a function's handler cannot be imported.
        """
        await asyncio.gather(*(sandboxes.ready() for sandboxes in self._functions.values()))
        async with AsyncExitStack() as stack:
            served = []
            for api, listener in zip(self.apis, listeners, strict=True):
                log = self._folder / "apis" / api.name / "access.log"
                log.parent.mkdir(parents=True, exist_ok=True)
                log.unlink(missing_ok=True)
                gateway = Gateway(api, self._functions, log, self._note, iam=self._iam)
                await stack.enter_async_context(listening(gateway, listener, largest_head=LARGEST_HEAD))
                if api.address.workload:
                    self.gateways[api.address.workload] = gateway
                served.append(self._served(api, gateway, listener, log))
            yield served

    def _served(self, api: Api, gateway: Gateway, listener: socket.socket, log: Path) -> ServedApi:
        host, port = listener.getsockname()
        url = f"http://{host}:{port}/{api.stage}"
        running = [self._functions[function.arn] for function in api.functions]
        functions = [ServedFunction(one.function.name, one.pids, str(one.log)) for one in running]
        return ServedApi(api.name, api.address, url, str(log), functions, self._curl(api, gateway, url))

    def _curl(self, api: Api, gateway: Gateway, url: str) -> str | None:
        """A command that calls the API with the request that a stack exports as `<api>-api-example`."""
        method = api.scoring
        found = example(self._assembly, f"{api.name}-api")
        if method is None or found is None:
            return None
        credentials = gateway.authorization.credentials(method)
        body = ["--header", f"Content-Type: {found.media_type}", "--data", found.text]
        return shlex.join(["curl", *credentials, *body, f"{url}{method.path}"])

    def _code(self, uri: str) -> Path:
        asset = self._assembly.assets.get(uri)
        if asset is None or not (asset.is_zipped or zipfile.is_zipfile(asset.path)):
            raise AssemblyError(f"{uri} is not an asset of the assembly: run `{synthesis()}`")
        return asset.path
