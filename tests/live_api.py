"""An assembly's API in this process: its function's own processes, before an endpoint that a test plays."""

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from types import SimpleNamespace

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from in_background import in_background
from patience import PATIENCE

import assembly
from local.api.apis import Apis
from local.endpoint.runtime import Runtime, RuntimeEndpoint
from local.http.client import Response
from local.http.listener import bind, listening
from local.serve.state_file import ServedApi
from quality.resilience.tally import Answer

KEYS = Credentials("dummy", "dummy")


@dataclass
class LiveApi:
    """An API that is served, and why it refused what it refused."""

    served: ServedApi
    region: str
    refusals: Sequence[str]

    @property
    def port(self) -> int:
        return int(self.served.url.split(":")[2].partition("/")[0])

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Iterable[tuple[str, str]] = ()
    ) -> Answer:
        """Send a request as it stands; the path has the stage."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in headers:
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, names, answer.read())

    def signature(
        self, method: str, path: str, body: bytes | None, keys: Credentials = KEYS, region: str | None = None
    ) -> dict[str, str]:
        """The headers by which botocore signs a request."""
        request = AWSRequest(method, f"http://127.0.0.1:{self.port}{path}", data=body or b"")
        SigV4Auth(keys, "execute-api", region or self.region).add_auth(request)
        return dict(request.headers.items())

    def signed(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Sign and send a request."""
        signature = self.signature(method, path, body)
        return self.send(method, path, body, {**signature, **(headers or {})}.items())


class PlayedChain:
    """In the place of an endpoint's containers."""

    hops = (SimpleNamespace(name="primary", log=None),)

    async def invoke(
        self, body: bytes, content_type: str | None, accept: str | None, headers: Iterable[tuple[str, str]]
    ) -> Response:
        raise NotImplementedError


class PlayedChurn(PlayedChain):
    """Customers from Maine leave."""

    async def invoke(
        self, body: bytes, content_type: str | None, accept: str | None, headers: Iterable[tuple[str, str]]
    ) -> Response:
        churn = [line.startswith(b"ME,") for line in body.splitlines()]
        predictions = [{"churn": label, "score": 0.97 if label else 0.03} for label in churn]
        answers = {
            "application/json": json.dumps({"predictions": predictions}),
            "text/csv": "".join(f"{label}\n" for label in churn),
        }
        media_type = accept or "text/csv"
        return Response(200, {"content-type": media_type}, answers[media_type].encode())


@contextmanager
def live_api(
    synthesized: Path, folder: Path, name: str, played: type[PlayedChain] = PlayedChurn
) -> Iterator[LiveApi]:
    """The API of an assembly, for the time of the block; its endpoint is `played`."""
    declared = assembly.load(synthesized)
    refusals: list[str] = []
    apis = Apis(declared, folder, refusals.append)
    endpoints = [RuntimeEndpoint(one.name, one.variant, played()) for one in declared.endpoints]  # type: ignore[arg-type]
    runtime = Runtime(endpoints, declared.account)
    served: list[ServedApi] = []

    async def serve(ready: Callable[[], None], stop: asyncio.Event) -> None:
        with ExitStack() as stack:
            own = stack.enter_context(bind(0))
            listeners = [stack.enter_context(one) for one in apis.bind(0)]
            url = f"http://127.0.0.1:{own.getsockname()[1]}"
            async with (
                apis.started(url),
                listening(runtime, own),
                apis.listening(listeners) as all_served,
            ):
                served.extend(all_served)
                ready()
                await stop.wait()

    with in_background("the API", serve):
        [found] = [one for one in served if one.name == name]
        yield LiveApi(found, declared.region, refusals)
