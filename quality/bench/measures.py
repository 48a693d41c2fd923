"""One measurement each: a chain is called, and CPU, latency and throughput are what comes of it."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from local.endpoint.chain import Chain
from quality.bench import processes
from quality.bench.in_process import InProcess
from quality.bench.sides import CSV, Side

PACE_SECONDS = 0.01


@dataclass(frozen=True)
class Requests:
    """Many requests of one kind; seconds."""

    latencies: Sequence[float]
    wall: float
    cpu: float

    def milliseconds(self, share: float) -> float:
        """The latency that `share` of the requests stay below."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    @classmethod
    def together(cls, parts: Sequence["Requests"]) -> "Requests":
        latencies = [latency for part in parts for latency in part.latencies]
        return cls(latencies, sum(part.wall for part in parts), sum(part.cpu for part in parts))

    @property
    def cpu_milliseconds(self) -> float:
        """CPU of the containers, a request."""
        return 1000 * self.cpu / len(self.latencies)


async def requests(side: Side, bodies: Sequence[bytes], clients: int = 1) -> Requests:
    """Send the bodies by so many clients, each waiting for its answer before it sends the next body."""
    chain, waiting, latencies = side.chain(), iter(bodies), list[float]()

    async def client() -> None:
        for body in waiting:
            started = time.perf_counter()
            await chain.invoke(body, CSV, CSV)
            latencies.append(time.perf_counter() - started)

    observed = side.processes
    cpu, wall = processes.cpu_seconds(observed), time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    wall = time.perf_counter() - wall
    return Requests(latencies, wall, processes.cpu_seconds(observed) - cpu)


async def in_turn(sides: Sequence[Side], bodies: Sequence[bytes]) -> dict[str, Requests]:
    """Each body by every side before the next one: what disturbs the machine disturbs all of them."""
    found: dict[str, list[Requests]] = {side.name: [] for side in sides}
    for body in bodies:
        for side in sides:
            found[side.name].append(await requests(side, [body]))
    return {name: Requests.together(parts) for name, parts in found.items()}


async def floor(empty: Side, in_process: InProcess, rows: Sequence[bytes]) -> Requests:
    """Row by row: four hops to empty servers, then the computation of all four containers in one process."""
    chain, latencies, computing = empty.chain(), list[float](), 0.0
    observed = empty.processes
    cpu = processes.cpu_seconds(observed)
    for row in rows:
        started = time.perf_counter()
        await chain.invoke(row, CSV, CSV)
        hops = time.perf_counter() - started
        [(wall, compute)] = in_process.measure([row])
        latencies.append(hops + wall)
        computing += compute
    return Requests(latencies, 0, processes.cpu_seconds(observed) - cpu + computing)


async def row_during_bulk(side: Side, rows: Sequence[bytes], bulk: Sequence[bytes]) -> Requests:
    """Single rows at a steady pace while another client sends large bodies, at least once each."""
    chain, latencies = side.chain(), list[float]()
    sending = asyncio.ensure_future(_all(chain, bulk))
    for row in rows:
        started = time.perf_counter()
        await chain.invoke(row, CSV, CSV)
        latencies.append(time.perf_counter() - started)
        if sending.done():
            break
        await asyncio.sleep(max(0, PACE_SECONDS - latencies[-1]))
    await sending
    return Requests(latencies, 0, 0)


async def answers(chain: Chain, bodies: Sequence[bytes]) -> list[bytes]:
    return [(await chain.invoke(body, CSV, CSV)).body for body in bodies]


async def _all(chain: Chain, bodies: Sequence[bytes]) -> None:
    for body in bodies:
        await chain.invoke(body, CSV, CSV)
