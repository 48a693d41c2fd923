"""A `slipway serve` of its own for a measurement, on free ports and in a folder of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from assembly.errors import SlipwayError
from local.serve import state_file
from local.serve.state_file import Served

_PROJECT = Path(__file__).resolve().parents[2]
_LAST_LINE = "Ctrl-C"
_LONGEST_END = 60


@dataclass(frozen=True)
class Serving:
    """A running `serve`: what it tells about itself, its process, its log of errors, and where it runs."""

    state: Served
    process: "subprocess.Popen[str]"
    errors: Path
    folder: Path

    def command(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run `slipway <arguments>` beside it, to its end."""
        command = [sys.executable, "-m", "local", *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=environment(), capture_output=True, text=True, check=False
        )

    @property
    def port(self) -> int:
        """Where its endpoints answer."""
        return urlsplit(self.state.url).port or 0

    def now(self) -> Served:
        """What it tells about itself now: processes change."""
        return state_file.read(self.folder / "build")


@contextmanager
def serving(assembly: Path, folder: Path, options: Sequence[str] = ()) -> Iterator[Serving]:
    """Serve the assembly for the time of the block; `options` are more arguments of `serve`.

    Raises SlipwayError, with what it printed, when it ends before it is ready.
    """
    folder.mkdir(parents=True, exist_ok=True)
    errors = folder / "serve.log"
    command = [sys.executable, "-m", "local", "serve", "--port", "0", "--assembly", str(assembly), *options]
    with errors.open("w", encoding="utf-8") as stream:
        process = subprocess.Popen(
            command, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=stream, text=True
        )
    try:
        _wait_until_ready(process, errors)
        yield Serving(state_file.read(folder / "build"), process, errors, folder)
    finally:
        process.terminate()
        try:
            process.wait(_LONGEST_END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _wait_until_ready(process: "subprocess.Popen[str]", errors: Path) -> None:
    for line in process.stdout or ():
        if line.startswith(_LAST_LINE):
            return
    process.wait()
    raise SlipwayError(f"serve ended before it was ready:\n{errors.read_text(encoding='utf-8')}")


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(_PROJECT)}
