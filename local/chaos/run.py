"""One run: an endpoint of its own, load, one fault after the other, and what came of each."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field

from assembly import Assembly, Endpoint
from local.chaos.faults import Fault, Victim
from local.chaos.load import Load, Target, Verdict
from local.chaos.proxy import Proxy
from local.endpoint.fleet import Fleets
from local.endpoint.replacement import Hosted
from local.endpoint.runtime import Runtime
from local.http.listener import bind, listening
from local.timing import SAGEMAKER, Timing

# More than the containers of a chain may take, at the time scale of the run.
_LONGEST_RECOVERY = 10.0


@dataclass(frozen=True)
class Plan:
    """How much is done: each fault `times` times at every container, in the order that `seed` gives.

    What lasts lasts `hold` seconds, and until the container has answered under it; after `seconds` nothing
    new is begun. `bodies` are sent `rate` times a second as `content_type`, and answers are asked for as
    `accept`.
    """

    faults: Sequence[Fault]
    bodies: Sequence[bytes]
    times: int = 1
    seed: int = 1
    hold: float = 1.0
    seconds: float = 600.0
    rate: float = 50.0
    content_type: str = "text/csv"
    accept: str = "text/csv"
    container: str | None = None


@dataclass
class Found:
    """The outcome of a fault in a container: verdicts while it lasted, and seconds until recovery."""

    fault: str
    container: str
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    recoveries: list[float] = field(default_factory=list)
    never: int = 0

    @property
    def times(self) -> int:
        return len(self.recoveries) + self.never

    @property
    def holds(self) -> bool:
        """Whether every answer was right or a clear refusal, and the endpoint recovered every time."""
        return not (self.never or any(self.verdicts[bad] for bad in _BAD))


_BAD = (Verdict.WRONG, Verdict.UNCLEAR, Verdict.LOST)


async def run(
    assembly: Assembly,
    endpoint: Endpoint,
    fleets: Fleets,
    *,
    timing: Timing,
    plan: Plan,
    note: Callable[[str], None],
) -> list[Found]:
    """Serve the endpoint, send the load and inject the faults of the plan, each at one container at a time.

    Raises ContainerError when the endpoint does not start, SlipwayError when its answers cannot be judged.
    """
    async with _served(assembly, endpoint, fleets) as (port, victims):
        # Each container has its time; a client that gives up sooner, on a busy machine, would call that lost.
        patience = max(timing.answer * len(victims) + 1, SAGEMAKER.answer)
        target = Target(
            port,
            endpoint.name,
            accept=plan.accept,
            timeout=patience,
            content_type=plan.content_type,
        )
        load = Load(target, await target.questions(plan.bodies), plan.rate, plan.seed)
        trials = [
            (fault, victim)
            for fault in plan.faults
            for victim in victims
            if plan.container in (None, victim.container.layout.root.name)
        ] * plan.times
        random.Random(plan.seed).shuffle(trials)  # noqa: S311 - to repeat a run, not to guard a secret
        found: dict[tuple[str, str], Found] = {}
        async with load.running():
            await load.right_after(time.monotonic(), patience)
            await _all_trials(trials, _Trial(load, victims, timing, plan), found, note)
    return sorted(found.values(), key=lambda one: [each.name for each in plan.faults].index(one.fault))


async def _all_trials(
    trials: Sequence[tuple[Fault, Victim]],
    trial: "_Trial",
    found: dict[tuple[str, str], Found],
    note: Callable[[str], None],
) -> None:
    started = shown = time.monotonic()
    for number, (fault, victim) in enumerate(trials):
        now = time.monotonic()
        if now - started > trial.plan.seconds:
            note(f"stopped after {number} of {len(trials)} faults: {trial.plan.seconds:g} s are over")
            return
        if not number or now - shown > 5:
            shown = now
            note(f"fault {number + 1} of {len(trials)}: {fault.name} at {victim.container.name}")
        key = fault.name, victim.container.name
        await trial.run(fault, victim, found.setdefault(key, Found(*key)))


@dataclass(frozen=True)
class _Trial:
    load: Load
    victims: Sequence[Victim]
    timing: Timing
    plan: Plan

    async def run(self, fault: Fault, victim: Victim, found: Found) -> None:
        """Inject one fault under load, and wait until everything is well again."""
        before = self.load.verdicts.copy()
        longest = self.timing.longest_delay + self.timing.ready + _LONGEST_RECOVERY
        moment = time.monotonic()
        fault.begin(victim)
        # However late the load's next request is, this one meets what is over as soon as it has begun.
        self.load.send()
        if fault.lasts:
            try:
                await asyncio.gather(asyncio.sleep(self.plan.hold), self._met(fault, victim, longest))
            finally:
                moment = time.monotonic()
                fault.end(victim)
        recovery = await self.load.right_after(moment, longest)
        if recovery is None:
            found.never += 1
        else:
            found.recoveries.append(recovery)
        while not all(one.container.ready for one in self.victims):
            await asyncio.sleep(0.01)
        await self.load.settled()
        found.verdicts += self.load.verdicts - before

    async def _met(self, fault: Fault, victim: Victim, longest: float) -> None:
        """Return when the container has answered under the fault, or does not answer at all any more."""
        before = victim.proxy.passed[fault.path]
        with suppress(TimeoutError):
            async with asyncio.timeout(longest):
                while victim.proxy.passed[fault.path] == before:
                    await asyncio.sleep(0.01)


@asynccontextmanager
async def _served(
    assembly: Assembly, endpoint: Endpoint, fleets: Fleets
) -> AsyncIterator[tuple[int, list[Victim]]]:
    """The endpoint's port, and its containers with a proxy before each."""
    hosted = Hosted(fleets.prepare(assembly, endpoint), lambda: None)
    runtime = Runtime([hosted.endpoint], assembly.account)
    async with AsyncExitStack() as stack:
        victims = [Victim(container, Proxy()) for container in hosted.fleet.containers]
        for victim in victims:
            await stack.enter_async_context(victim.proxy.listening())
            victim.container.connect = victim.proxy.client
        stack.push_async_callback(hosted.stop)
        await hosted.start()
        listener = stack.enter_context(bind(0))
        await stack.enter_async_context(listening(runtime, listener))
        yield listener.getsockname()[1], victims
