"""An endpoint replaced again and again under load by `slipway deploy`, and by versions that fail."""

import asyncio
import json
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvloop

from assembly.manifest import read_stacks
from local.chaos.load import Load, Target, Verdict
from local.chaos.report import percentile
from local.storage.files import write_whole
from local.timing import SAGEMAKER
from quality.bench.data import Rows
from quality.resilience.promise import Context, Figure, Result, exactly
from quality.resilience.serve_process import Serving, environment, serving

_RATE = 50.0
_QUESTIONS = 100
_JSON = "application/json"
_ROLLED_BACK = "was rolled back to version"

Change = Callable[[list[dict[str, Any]]], None]


def measure(context: Context) -> Result:
    assembly = context.folder / "cdk.out"
    shutil.copytree(context.assembly, assembly)
    bodies = Rows.generate(context.folder.parent, 1_000).lines[:_QUESTIONS]
    with serving(assembly, context.folder, ["churn"]) as served:
        [endpoint] = served.state.endpoints
        target = Target(served.port, endpoint.name, accept=_JSON, timeout=SAGEMAKER.answer)
        run = _Run(context, served, assembly)
        return uvloop.run(run.all(target, bodies))


@dataclass
class _Run:
    context: Context
    served: Serving
    assembly: Path

    async def all(self, target: Target, bodies: list[bytes]) -> Result:
        replacements, bad_versions = self.context.size.replacements, self.context.size.bad_versions
        load = Load(target, await target.questions(bodies), _RATE, seed=1)
        async with load.running():
            good = await self._replace(load, replacements, revisions(), rolled_back=False)
            bad = await self._replace(load, bad_versions, failures(), rolled_back=True)
        return Result(
            f"{replacements} replacements, and {bad_versions} versions that fail their pings or first "
            f"requests, at {_RATE:g} requests a second: no request fails",
            [
                exactly("replacements", good.done, "", replacements),
                Figure("requests meanwhile", good.requests, ""),
                exactly("failed", good.failed, "", 0),
                Figure("a replacement, p50", percentile(good.seconds, 0.5), "s"),
                Figure("a replacement, max", percentile(good.seconds, 1), "s"),
                exactly("rollbacks", bad.done, f"of {bad_versions} bad versions", bad_versions),
                Figure("requests during rollbacks", bad.requests, ""),
                exactly("failed during rollbacks", bad.failed, "", 0),
            ],
        )

    async def _replace(
        self, load: Load, times: int, changes: Iterator[Change], *, rolled_back: bool
    ) -> "_Phase":
        """Deploy `times` changed versions; each must replace the one before, or be rolled back."""
        phase, before = _Phase(), load.verdicts.copy()
        for number, change in zip(range(1, times + 1), changes, strict=False):
            write_changed(self.assembly, self.context.assembly, change)
            started = time.monotonic()
            code, said = await self._deploy()
            phase.seconds.append(time.monotonic() - started)
            if (code == 1 and _ROLLED_BACK in said) if rolled_back else code == 0:
                phase.done += 1
            else:
                self.context.note(f"deploy ended with {code}: {said.splitlines()[-1:]}")
            if number % 10 == 0:
                what = "bad versions" if rolled_back else "replacements"
                self.context.note(f"{number} of {times} {what}, {dict(_names(load.verdicts - before))}")
        await load.settled()
        phase.verdicts = load.verdicts - before
        return phase

    async def _deploy(self) -> tuple[int | None, str]:
        """Exit code and standard error of `slipway deploy`."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "local", "deploy", "churn", "--assembly", str(self.assembly)),
            cwd=self.served.folder,
            env=environment(),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        _, said = await process.communicate()
        return process.returncode, said.decode()


@dataclass
class _Phase:
    done: int = 0
    seconds: list[float] = field(default_factory=list)
    verdicts: Counter[Verdict] = field(default_factory=Counter)

    @property
    def requests(self) -> int:
        return self.verdicts.total()

    @property
    def failed(self) -> int:
        """Requests that got anything but the right answer: a refusal is a failure here."""
        return self.requests - self.verdicts[Verdict.RIGHT]


def revisions() -> Iterator[Change]:
    """Every container gets another environment, which changes no prediction."""
    number = 0
    while True:
        number += 1
        yield lambda containers, number=number: [  # type: ignore[misc]
            one["Environment"].update(REVISION=str(number)) for one in containers
        ]


def failures() -> Iterator[Change]:
    """In turn a version with a container that cannot start, and one with one that refuses every row."""
    while True:
        yield lambda containers: containers[1]["Environment"].update(SAGEMAKER_PROGRAM="missing.py")
        yield lambda containers: containers[2]["Environment"].update(MAX_CONTENT_LENGTH="1")


def write_changed(assembly: Path, original: Path, change: Change) -> None:
    """Write the original's templates to the assembly, the containers of their models changed."""
    for stack in read_stacks(original):
        for containers in _models(stack.template):
            change(containers)
        write_whole(assembly / stack.template_path.name, json.dumps(stack.template))


def _models(template: Mapping[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """The containers of each model that has several; other workloads' models may have one."""
    for resource in template.get("Resources", {}).values():
        if resource["Type"] == "AWS::SageMaker::Model":
            containers = resource["Properties"].get("Containers", [])
            if len(containers) > 1:
                yield containers


def _names(verdicts: Counter[Verdict]) -> Iterator[tuple[str, int]]:
    return ((verdict.value, count) for verdict, count in verdicts.items())
