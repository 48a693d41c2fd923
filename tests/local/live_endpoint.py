"""A chain of fake images behind a local SageMaker Runtime, in this process, for tests."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from in_background import in_background
from patience import PATIENCE

from local.containers.container import Layout, ServingContainer
from local.containers.images import Image
from local.endpoint.answers import NOTHING, Promise
from local.endpoint.chain import Chain, Hop, Log
from local.endpoint.hosting import running
from local.endpoint.runtime import Runtime, RuntimeEndpoint
from local.http.listener import bind, listening

FAKE = Image("fake", "fake", None, "fake_image", (Path(__file__).parent / "fake_image",), {})
NAME = "slipway-dev-shop"


@dataclass
class Live:
    """`stop_container` kills one container; `sent_to` reads what a reporting container was sent."""

    url: str
    endpoint: RuntimeEndpoint
    containers: Sequence[ServingContainer]

    def client(self, **options: Any) -> Any:
        return boto3.client(
            "sagemaker-runtime",
            endpoint_url=self.url,
            region_name="eu-west-1",
            aws_access_key_id="local",
            aws_secret_access_key="local",
            config=Config(retries={"total_max_attempts": 1}, **options),
        )

    def invoke(self, body: bytes = b"1\n", **arguments: Any) -> Any:
        return self.client().invoke_endpoint(EndpointName=NAME, Body=body, **arguments)

    def sent_to(self, position: int) -> list[dict[str, str]]:
        log = self.containers[position].layout.base / "requests.jsonl"
        return [json.loads(line) for line in log.read_text().splitlines()]


@contextmanager
def live(
    folder: Path, *environments: Mapping[str, str], timeout: float = 60, promise: Promise = NOTHING
) -> Iterator[Live]:
    """An endpoint whose containers have these environments, for the time of the block."""
    layouts = [Layout(folder / f"container-{number}") for number, _ in enumerate(environments, start=1)]
    containers = [
        ServingContainer(layout.root.name, FAKE, layout, environment)
        for layout, environment in zip(layouts, environments, strict=True)
    ]
    for layout in layouts:
        layout.create()
    log = Log("container.log", "arn:aws:logs:eu-west-1:000000000000:log-group:shop")
    chain = Chain([Hop(one.name, one, log) for one in containers], timeout=timeout, promise=promise)
    endpoint = RuntimeEndpoint(NAME, "AllTraffic", chain)
    listener = bind(0)

    async def serve(ready: Callable[[], None], stop: asyncio.Event) -> None:
        async with running(containers, PATIENCE), listening(Runtime([endpoint], "000000000000"), listener):
            ready()
            await stop.wait()

    with in_background("the containers", serve):
        yield Live(f"http://127.0.0.1:{listener.getsockname()[1]}", endpoint, containers)
