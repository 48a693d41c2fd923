"""From a model's containers, as the template or a pipeline declares them, to a chain that answers."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from assembly import ContainerDefinition, Model
from assembly.errors import SlipwayError
from local.containers.container import Layout, ServingContainer
from local.containers.images import Image, Images
from local.containers.in_engine import EngineHost
from local.endpoint.answers import NOTHING, Promise
from local.endpoint.chain import Chain, Hop, Log
from local.errors import ArchiveError, ContainerError
from local.storage.archive import require_hash, unpack_model
from local.storage.s3 import Storage
from local.timing import SAGEMAKER
from rehearsal.iam.enforcement import OFF, Iam

# A single container has this name in SageMaker's messages; those of a chain are counted.
_SINGLE = "primary"


@dataclass(frozen=True)
class Host:
    """Starts models from their images and artifacts; with `engine`, our own images run in it. `iam` is asked
    before a container starts."""

    images: Images
    storage: Storage
    engine: EngineHost | None = None
    iam: Iam = OFF

    def containers(
        self, model: Model, folder: Path, environment: Mapping[str, str] | None = None
    ) -> list[ServingContainer]:
        """Lay out the model's containers under `folder/<hostname>`, artifacts unpacked, not started.

        `environment` comes on top of each container's own. Raises a SlipwayError that names model and
        container when an image is unknown or an artifact is missing or refused.
        """
        images = [self._image(model, definition) for definition in model.containers]
        prepared: list[ServingContainer] = []
        for definition, image, name in zip(model.containers, images, _names(model), strict=True):
            label = name if name == definition.hostname else f"{name} ({definition.hostname})"
            layout = self._lay_out(model, definition, folder / definition.hostname)
            variables = {**definition.environment, **(environment or {})}
            if self.engine is not None and image.source is not None:
                prepared.append(self.engine.container(label, image, layout, variables))
            else:
                prepared.append(ServingContainer(label, image, layout, variables))
        return prepared

    def _image(self, model: Model, definition: ContainerDefinition) -> Image:
        with _named(model, definition):
            return self.images.find(definition.image)

    def _lay_out(self, model: Model, definition: ContainerDefinition, folder: Path) -> Layout:
        layout = Layout(folder)
        layout.create()
        if definition.model_data_url is not None:
            with _named(model, definition):
                archive = self.storage.path(definition.model_data_url)
                asset = self.storage.asset(definition.model_data_url)
                if asset is not None and asset.is_zipped:
                    raise ArchiveError(f"{asset.path} is published as a zip; expected a model.tar.gz")
                if asset is not None and asset.hash_is_of_content:
                    require_hash(archive, asset.hash)
                unpack_model(archive, layout.model)
        return layout


@contextmanager
def _named(model: Model, definition: ContainerDefinition) -> Iterator[None]:
    try:
        yield
    except SlipwayError as error:
        raise ContainerError(f"model {model.name}, container {definition.hostname}: {error}") from error


def chain(
    model: Model,
    containers: Sequence[ServingContainer],
    log_group_arn: str,
    timeout: float = SAGEMAKER.answer,
    *,
    promise: Promise = NOTHING,
) -> Chain:
    """The chain of a model's containers, whose answers are held to `promise`; `log_group_arn` is where AWS
    would keep their logs."""
    hops = [
        Hop(name, container, Log(container.layout.log.absolute().as_uri(), log_group_arn))
        for name, container in zip(_names(model), containers, strict=True)
    ]
    return Chain(hops, timeout=timeout, promise=promise)


@asynccontextmanager
async def running(
    containers: Sequence[ServingContainer], grace: float = SAGEMAKER.grace
) -> AsyncIterator[None]:
    """The containers started and ready for the time of the block, then stopped.

    Raises ContainerError as soon as one of them fails to become ready; the others are then stopped too.
    """
    try:
        await start(containers)
        yield
    finally:
        await asyncio.gather(*(container.stop(grace) for container in containers))


async def start(containers: Sequence[ServingContainer], timeout: float = SAGEMAKER.ready) -> None:
    """Start the containers; returns when all are ready.

    Raises ContainerError as soon as one of them fails to become ready in `timeout` seconds; stopping the
    others is left to the caller.
    """
    for container in containers:
        container.start()
    waiting = [asyncio.ensure_future(container.wait_ready(timeout)) for container in containers]
    try:
        for ready in asyncio.as_completed(waiting):
            await ready
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


def _names(model: Model) -> list[str]:
    if len(model.containers) == 1:
        return [_SINGLE]
    return [f"container-{position}" for position in range(1, len(model.containers) + 1)]
