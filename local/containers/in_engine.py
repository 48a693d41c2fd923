"""A serving container that a container engine runs, with as few rights as it needs."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.containers.container import Layout, ServingContainer, Start
from local.containers.engine import Engine, Network, tag_of
from local.containers.images import Image
from local.errors import EngineError
from local.terminal.printed import slipway
from local.timing import SAGEMAKER

_PREFIX = "slipway-"


@dataclass(frozen=True)
class EngineHost:
    """The engine in which our own images run, and the network of the chain."""

    engine: Engine
    network: Network

    @classmethod
    @contextmanager
    def open(cls, engine: Engine) -> Iterator["EngineHost"]:
        """A host whose network is there for the time of the block; what a killed one has left is removed."""
        engine.remove_left_behind(_PREFIX)
        with engine.network(f"{_PREFIX}{os.getpid()}") as network:
            yield cls(engine, network)

    def container(
        self, name: str, image: Image, layout: Layout, environment: Mapping[str, str]
    ) -> ServingContainer:
        """A container of `image`; raises EngineError when the engine has not got the image."""
        if not self.engine.has(tag_of(image)):
            raise EngineError(
                f"{self.engine.name} has no image {tag_of(image)}; build it with: {slipway('build-images')}"
            )
        return _ContainerInEngine(name, image, layout, environment, self)


class _ContainerInEngine(ServingContainer):
    """The engine's own process in the foreground stands for the container: its signals, log and end."""

    def __init__(
        self, name: str, image: Image, layout: Layout, environment: Mapping[str, str], host: EngineHost
    ) -> None:
        super().__init__(name, image, layout, environment)
        self._tag = tag_of(image)
        self._host = host
        self._address = host.network.address()
        self._container = f"{host.network.name}-{self._address.rpartition('.')[2]}"

    def _start_with(self, variables: Mapping[str, str]) -> Start:
        _readable(self.layout.base)
        engine, network = self._host.engine, self._host.network
        engine.remove(self._container)
        command = engine.command(
            self._tag,
            "serve",
            name=self._container,
            folder=self.layout.base,
            network=network.arguments(self._address),
            environment=variables,
        )
        # The engine's program is the user's: it reads its settings where it always does.
        return Start(command, dict(os.environ), self._address)

    async def stop(self, grace: float = SAGEMAKER.grace) -> None:
        await super().stop(grace)
        self._host.engine.remove(self._container)

    def kill(self) -> None:
        super().kill()
        self._host.engine.remove(self._container)


def _readable(folder: Path) -> None:
    """Let a user with another number read the model and write below /opt/ml."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o777 if path.is_dir() else path.stat().st_mode | 0o444)
