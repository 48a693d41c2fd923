"""The live API of churn for requests that nobody should send: signed, and slowed down when it says so."""

import asyncio
import http.client
import io
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

import assembly
from local.serve.state_file import Served
from local.timing import SAGEMAKER
from quality.resilience.promise import Context
from quality.resilience.serve_process import serving
from quality.resilience.tally import Answer

_KEYS = Credentials("dummy", "dummy")
_ORIGIN = "http://localhost:3000"
_WORKLOAD = "churn"


@dataclass(frozen=True)
class LiveApi:
    """The API and the endpoint behind it, in `folder`."""

    state: Served
    region: str
    folder: Path

    def send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Sign and send a request; what is throttled is sent again after the time that the answer names."""
        while (answer := self._send(method, path, body, headers)).status == 429:
            time.sleep(float(answer.headers["retry-after"]))
        return answer

    def send_at_once(self, path: str, bodies: Sequence[bytes]) -> list[Answer]:
        """The answers to CSV bodies that are posted at the same time, each on a connection of its own."""
        return asyncio.run(self._at_once(path, bodies))

    def predict(self, rows: bytes) -> Any:
        """What the endpoint itself answers for rows of CSV, in JSON."""
        client: Any = botocore.session.get_session().create_client(
            "sagemaker-runtime",
            endpoint_url=self.state.url,
            region_name=self.region,
            aws_access_key_id=_KEYS.access_key,
            aws_secret_access_key=_KEYS.secret_key,
        )
        name = self.state.endpoint(_WORKLOAD).name
        answer = client.invoke_endpoint(
            EndpointName=name, Body=rows, ContentType="text/csv", Accept="application/json"
        )
        return json.loads(answer["Body"].read())

    def logs(self) -> Iterator[str]:
        """Every log below the folder: functions', containers', the API's, the runner's own."""
        for path in sorted(self.folder.rglob("*.log")):
            yield path.read_text(encoding="utf-8", errors="replace")

    @property
    def _netloc(self) -> str:
        return urlsplit(self.state.api(_WORKLOAD).url).netloc

    def _headers(self, method: str, path: str, body: bytes, more: Mapping[str, str]) -> dict[str, str]:
        request = AWSRequest(method, f"http://{self._netloc}{path}", data=body)
        SigV4Auth(_KEYS, "execute-api", self.region).add_auth(request)
        signed = dict(request.headers.items())
        return {**signed, "Origin": _ORIGIN, "Content-Length": str(len(body)), **more}

    def _send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        with closing(http.client.HTTPConnection(self._netloc, timeout=SAGEMAKER.answer)) as connection:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in self._headers(method, path, body, headers).items():
                connection.putheader(name, value)
            connection.endheaders(body)
            return _answer(connection.getresponse())

    async def _at_once(self, path: str, bodies: Sequence[bytes]) -> list[Answer]:
        own = {"Content-Type": "text/csv", "Host": self._netloc, "Connection": "close"}
        messages = []
        for body in bodies:
            headers = self._headers("POST", path, body, own).items()
            lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers), "", ""]
            messages.append("\r\n".join(lines).encode("latin-1") + body)
        return await asyncio.gather(*(_exchange(self._netloc, message) for message in messages))


async def _exchange(netloc: str, message: bytes) -> Answer:
    host, _, port = netloc.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(message)
        received = io.BytesIO(await reader.read())
    finally:
        writer.close()
    # What the standard parser reads from need not be a socket.
    response = http.client.HTTPResponse(SimpleNamespace(makefile=lambda mode: received))  # type: ignore[arg-type]
    response.begin()
    return _answer(response)


def _answer(response: http.client.HTTPResponse) -> Answer:
    named = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, named, response.read())


@contextmanager
def live(context: Context) -> Iterator[LiveApi]:
    """The assembly's churn, served for the time of the block."""
    region = assembly.load(context.assembly).region
    with serving(context.assembly, context.folder / "serve") as running:
        yield LiveApi(running.state, region, running.folder)
