"""One run: every side in turn at every measurement, again and again."""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import cycle, islice

from assembly.errors import SlipwayError
from local.endpoint.hosting import running
from quality.bench import measures, processes
from quality.bench.data import LARGEST_BODY, MEGABYTE, Rows
from quality.bench.figures import SIZES, Samples
from quality.bench.in_process import InProcess
from quality.bench.measures import Requests
from quality.bench.sides import Sides

WARM_UP = 40
# A measurement is made in parts, the sides taking turns.
PARTS = 4


@dataclass(frozen=True)
class Load:
    """How much a side is asked for: enough for its medians, little enough for its speed."""

    rows: int
    rows_of_body: int


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much is sent: rows in bulk, through a transform job, and to a fast and a slow side otherwise."""

    rows: int
    transformed: int
    fast: Load
    slow: Load


WHOLE = Size(
    rows=100_000,
    transformed=1_000_000,
    fast=Load(rows=1_200, rows_of_body=20_000),
    slow=Load(rows=160, rows_of_body=4_000),
)
# Everything once: shows that it runs.
SMALLEST = Size(
    rows=1_000, transformed=2_000, fast=Load(rows=8, rows_of_body=100), slow=Load(rows=8, rows_of_body=100)
)


class Run:
    """The repetitions of a run. `note` is told what is being measured."""

    def __init__(
        self, sides: Sides, size: Size, rows: Rows, samples: Samples, note: Callable[[str], None]
    ) -> None:
        self._sides, self._rows, self._samples, self._note = sides, rows, samples, note
        self._fast = size.fast
        self._loads = {
            sides.usual.name: size.slow,
            sides.usual_on_ours.name: size.slow,
            sides.ours.name: size.fast,
            sides.ours_npy.name: size.fast,
            sides.empty.name: size.fast,
        }
        self._parts: dict[str, list[Requests]] = defaultdict(list)
        self._serving = [side for side in sides.all if side is not sides.empty]

    async def repetition(self) -> float:
        """Start every side, measure each at everything, stop them; the seconds that it took."""
        started = time.monotonic()
        async with AsyncExitStack() as stack:
            for side in self._sides.all:
                self._note(f"{side.title}: starting")
                start = time.perf_counter()
                await stack.enter_async_context(running(side.containers))
                self._samples.add("ready", side.name, time.perf_counter() - start)
                self._samples.add("pss.idle", side.name, processes.pss_megabytes(side.processes))
            in_process = self._sides.in_process()
            stack.callback(in_process.close)
            await self._agree()
            await self._one_row(1)
            await self._floor(in_process)
            await self._one_row(16)
            await self._bodies()
            await self._bulk()
            await self._during_bulk()
            for side in self._serving:
                self._samples.add("pss.bulk", side.name, processes.pss_megabytes(side.processes))
        return time.monotonic() - started

    async def _agree(self) -> None:
        """Every side answers the same: scores to the last bit, and True or False."""
        body = [self._rows.body(10_000)]
        for hops in (3, 4):
            answers = {side.name: await measures.answers(side.chain(hops), body) for side in self._serving}
            expected = list(map(float, answers["usual"][0].split())) if hops == 3 else answers["usual"]
            for name, answer in answers.items():
                if (list(map(float, answer[0].split())) if hops == 3 else answer) != expected:
                    raise SlipwayError(f"{name} and usual answer differently after {hops} containers")

    async def _one_row(self, clients: int) -> None:
        self._note(f"one row, {clients} clients")
        for side in self._sides.all:
            await measures.requests(side, self._rows.single(WARM_UP))
        for part in range(PARTS):
            for side in self._sides.all:
                count = self._loads[side.name].rows // PARTS
                rows = self._rows.single(count, first=clients * self._fast.rows + part * count)
                self._parts[side.name].append(await measures.requests(side, rows, clients))
        for name, together in self._collected().items():
            self._add_row(f"row.{clients}", name, together)

    def _collected(self) -> dict[str, Requests]:
        """The parts that were measured in turn, put together; the next measurement starts empty."""
        parts, self._parts = self._parts, defaultdict(list)
        return {name: Requests.together(found) for name, found in parts.items()}

    async def _floor(self, in_process: InProcess) -> None:
        self._note("the floor: one row")
        in_process.measure(self._rows.single(WARM_UP))
        rows = self._rows.single(self._fast.rows, first=self._fast.rows)
        found = await measures.floor(self._sides.empty, in_process, rows)
        self._add_row("row.1", "floor", found)

    async def _bodies(self) -> None:
        for size in SIZES:
            self._note(f"bodies of {size} rows")
            for _ in range(PARTS):
                for side in self._serving:
                    count = max(1, self._loads[side.name].rows_of_body // size // PARTS)
                    found = await measures.requests(side, [self._rows.body(size)] * count)
                    self._parts[side.name].append(found)
            for name, together in self._collected().items():
                self._samples.add(f"body.{size}", name, size * len(together.latencies) / together.wall)

    async def _bulk(self) -> None:
        for key, limit in (("bulk.1MB", MEGABYTE), ("bulk.6MiB", LARGEST_BODY)):
            self._note(f"bodies of {limit / 1e6:.1f} MB")
            bodies = self._rows.bodies(limit)
            for name, found in (await measures.in_turn(self._serving, bodies)).items():
                self._samples.add(key, name, len(self._rows) / found.wall)
                if limit == MEGABYTE:
                    self._samples.add(f"{key}.cpu", name, 1e6 * found.cpu / len(self._rows))

    async def _during_bulk(self) -> None:
        bodies = self._rows.bodies(MEGABYTE)
        for side in self._serving:
            self._note(f"{side.title}: one row while bodies of 1 MB pass")
            fast = self._loads[side.name] is self._fast
            bulk: Sequence[bytes] = list(islice(cycle(bodies), 3 * len(bodies))) if fast else bodies[:4]
            found = await measures.row_during_bulk(side, self._rows.single(2_000), bulk)
            self._samples.add("during.p50", side.name, found.milliseconds(0.5))
            self._samples.add("during.p99", side.name, found.milliseconds(0.99))

    def _add_row(self, key: str, side: str, found: Requests) -> None:
        self._samples.add(f"{key}.cpu", side, found.cpu_milliseconds)
        self._samples.add(f"{key}.p50", side, found.milliseconds(0.5))
        self._samples.add(f"{key}.p99", side, found.milliseconds(0.99))
