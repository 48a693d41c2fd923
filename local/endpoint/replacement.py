"""An endpoint that is served, and the replacement of its fleet by another version, blue/green."""

import time
from collections.abc import Callable

from assembly.errors import SlipwayError
from local.endpoint.chain import Chain, InvocationError
from local.endpoint.example import Example
from local.endpoint.fleet import Fleet
from local.endpoint.runtime import RuntimeEndpoint
from local.errors import ContainerError

FIRST_REQUESTS = 3


class RolledBackError(SlipwayError):
    """The new version was not good enough; the old one serves as before."""


class Hosted:
    """An endpoint under its name in the runtime, and the fleet of the version that answers for it.

    `changed` is called whenever another process answers.
    """

    def __init__(self, fleet: Fleet, changed: Callable[[], None]) -> None:
        declared = fleet.declared
        self.endpoint = RuntimeEndpoint(declared.name, declared.variant, fleet.chain, fleet.captures)
        self.fleet = fleet
        self.version = 1
        self._changed = changed
        self._other: Fleet | None = None

    async def start(self) -> None:
        await self.fleet.start(self._changed)

    async def stop(self) -> None:
        await self.fleet.stop()

    async def replace(self, fleet: Fleet, example: Example | None, note: Callable[[str], None]) -> None:
        """Put `fleet` in the place of the one that serves, which answers until the new one is known to.

        The new one must become ready and answer the `example`, if there is one, some times. Then every
        new request goes to it, and the old one is stopped when it has answered its last. Raises
        RolledBackError, with the reason, when the new one fails; whatever happens, one of both serves and
        the other is stopped.
        """
        started = time.monotonic()
        name = self.endpoint.name
        self._other = fleet
        try:
            note(
                f"starting {len(fleet.containers)} containers of version {self.version + 1} beside the others"
            )
            await fleet.start(self._changed)
            note(f"pings are answered after {time.monotonic() - started:.1f} s")
            await _try(fleet.chain, example, note)
            self.fleet, self._other = fleet, self.fleet
            self.endpoint.chain, self.endpoint.captures = fleet.chain, fleet.captures
            self.version += 1
            self._changed()
            note(
                f"version {self.version} gets every new request; {self._other.chain.under_way} are under way"
            )
            await self._other.drain()
        except (ContainerError, InvocationError) as error:
            raise RolledBackError(f"{name} was rolled back to version {self.version}: {error}") from error
        finally:
            await self._other.stop()
            self._other = None
        note(f"version {self.version - 1} is drained and stopped")

    def kill(self) -> None:
        """SIGKILL to every container."""
        for fleet in (self.fleet, self._other):
            if fleet is not None:
                fleet.kill()


async def _try(chain: Chain, example: Example | None, note: Callable[[str], None]) -> None:
    if example is None:
        note("no stack exports an example for the endpoint: no requests are sent to it before it goes live")
        return
    for _ in range(FIRST_REQUESTS):
        answer = await chain.invoke(example.body, example.media_type, None)
        if not answer.body.strip():
            raise ContainerError("the answer to the example is empty")
    note(f"{FIRST_REQUESTS} requests with the example are answered")
