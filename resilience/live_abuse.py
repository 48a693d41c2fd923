"""The live API of churn for requests that nobody should send: signed, and slowed down when it says so."""

import http.client
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local import assembly
from local.served import Served
from resilience.promise import Context
from resilience.serving import serving
from resilience.tally import Answer

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

    def _send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        [api] = [one for one in self.state.apis if one.name.endswith(f"-{_WORKLOAD}")]
        netloc = urlsplit(api.url).netloc
        request = AWSRequest(method, f"http://{netloc}{path}", data=body)
        SigV4Auth(_KEYS, "execute-api", self.region).add_auth(request)
        sent = {**dict(request.headers.items()), "Origin": _ORIGIN, **headers}
        with closing(http.client.HTTPConnection(netloc, timeout=60)) as connection:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in {**sent, "Content-Length": str(len(body))}.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, named, answer.read())


@contextmanager
def live(context: Context) -> Iterator[LiveApi]:
    """The assembly's churn, served for the time of the block."""
    region = assembly.load(context.assembly).region
    with serving(context.assembly, context.folder / "serve") as running:
        yield LiveApi(running.state, region, running.folder)
