"""One version of an endpoint: its containers, kept answering, and the chain through them."""

import asyncio
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from assembly import Assembly
from assembly import Endpoint as Declared
from assembly.errors import AssemblyError
from local.containers.container import ServingContainer
from local.containers.supervisor import Supervisor
from local.endpoint import hosting
from local.endpoint.answers import Promise
from local.endpoint.capture import CaptureConfig, Captures
from local.endpoint.chain import Chain
from local.endpoint.hosting import Host
from local.endpoint.permissions import Permissions
from local.storage.working import remove_working_folders
from local.timing import Timing
from rehearsal.iam.enforcement import AccessDeniedError

_BETWEEN_LOOKS = 0.02


class Fleet:
    """Containers that are laid out, to be started and stopped."""

    def __init__(
        self,
        declared: Declared,
        containers: Sequence[ServingContainer],
        chain: Chain,
        timing: Timing,
        note: Callable[[str], None],
        *,
        captures: Captures | None = None,
    ) -> None:
        self.declared, self.containers, self.chain, self.captures = declared, containers, chain, captures
        self._timing, self._note = timing, note
        self._watching: list[asyncio.Task[None]] = []

    async def start(self, changed: Callable[[], None]) -> None:
        """Start the containers and watch over them from when all are ready.

        `changed` is called whenever a container has been started again.
        Raises ContainerError as soon as one fails to become ready; then, too, `stop` is to be called.
        """
        await hosting.start(self.containers, self._timing.ready)
        if self.captures is not None:
            self.captures.start()
        for container in self.containers:
            watched = Supervisor(container, self._timing, self._say, changed)
            self._watching.append(asyncio.create_task(watched.run()))

    async def drain(self) -> None:
        """Return when no invocation is under way, or when the last one must have been too late."""
        deadline = time.monotonic() + self._timing.answer * len(self.containers)
        while self.chain.under_way and time.monotonic() < deadline:
            await asyncio.sleep(_BETWEEN_LOOKS)

    async def stop(self) -> None:
        """Stop the containers, whether they are ready or not."""
        for task in self._watching:
            task.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)
        await asyncio.gather(*(container.stop(self._timing.grace) for container in self.containers))
        if self.captures is not None:
            await asyncio.to_thread(self.captures.close)

    def kill(self) -> None:
        for container in self.containers:
            container.kill()

    def _say(self, text: str) -> None:
        self._note(f"{self.declared.name}: {text}")


class Fleets:
    """Makes fleets of an assembly's endpoints, below a folder; `host` is where an assembly's models run."""

    def __init__(
        self,
        host: Callable[[Assembly], Host],
        folder: Path,
        timing: Timing,
        note: Callable[[str], None],
    ) -> None:
        self._host, self._folder = host, folder
        self._timing, self._note = timing, note

    def prepare(
        self,
        assembly: Assembly,
        declared: Declared,
        version: int = 1,
        model: Mapping[str, Any] | None = None,
    ) -> Fleet:
        """Lay out the containers of one version of an endpoint. `model` are CreateModel's arguments of a
        model that no template declares.

        Raises a SlipwayError if an image or an artifact is unavailable, AccessDeniedError if the role of the
        model may not fetch it.
        """
        if version == 1:
            for left in self._folder.glob(f"{declared.name}.*"):
                shutil.rmtree(left)
        folder = self._folder / (declared.name if version == 1 else f"{declared.name}.{version}")
        host = self._host(assembly)
        permissions = Permissions(host.iam, declared, model)
        permissions.start()
        containers = host.containers(declared.model, folder)
        log_group = assembly.place.arn("logs", f"log-group:/aws/sagemaker/Endpoints/{declared.name}")
        promise = Promise.parse(declared.answers)
        chain = hosting.chain(declared.model, containers, log_group, self._timing.answer, promise=promise)
        captures = self._captures(declared, host, permissions)
        return Fleet(declared, containers, chain, self._timing, self._note, captures=captures)

    def _captures(self, declared: Declared, host: Host, permissions: Permissions) -> Captures | None:
        """What the endpoint captures; nothing, with a note, where its template does not say it in full, or
        where its role may not write it."""

        def note(text: str) -> None:
            self._note(f"{declared.name}: {text}")

        try:
            config = CaptureConfig.parse(declared.capture)
            if config is not None:
                permissions.capture()
        except (AccessDeniedError, AssemblyError) as error:
            note(f"captures cannot be written: {error}")
            return None
        if config is None:
            return None
        return Captures(
            config, endpoint=declared.name, variant=declared.variant, place=host.storage.path, note=note
        )

    def remove(self, name: str) -> None:
        """Remove what the containers of an endpoint have worked with; their logs stay."""
        for folder in [self._folder / name, *self._folder.glob(f"{name}.*")]:
            remove_working_folders(folder)
