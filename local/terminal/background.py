"""Commands of Slipway's as processes of their own, for a command that needs several of them."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from assembly.errors import SlipwayError
from local.serve import state_file
from local.serve.state_file import Served
from local.storage.workspace import Workspace

_LOOKS_EVERY_SECONDS = 0.1


def command(*arguments: str) -> list[str]:
    """The arguments of a process that runs `slipway ARGUMENTS`."""
    return [sys.executable, "-P", "-m", "local", *arguments]


@contextmanager
def serving(*arguments: str, folder: Path) -> Iterator[Served]:
    """Run `slipway serve ARGUMENTS` for the time of the block, on free ports, with its log in the folder.

    Raises SlipwayError, once its log is on standard error, when it ends before its endpoints answer.
    """
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "serve.log"
    with (
        (folder / "serve.txt").open("wb") as out,
        log.open("wb") as errors,
        # Not in front: Ctrl-C stops this command, which then stops the other.
        subprocess.Popen(
            command("serve", *arguments, "--port", "0"),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=errors,
            process_group=0,
        ) as process,
    ):
        try:
            yield _answering(process, log)
        finally:
            process.terminate()
            process.wait()


def _answering(process: "subprocess.Popen[bytes]", log: Path) -> Served:
    root = Workspace().root
    while process.poll() is None:
        # Not there yet, or of one that was killed.
        with suppress(SlipwayError):
            found = state_file.read(root)
            if found.pid == process.pid:
                return found
        time.sleep(_LOOKS_EVERY_SECONDS)
    sys.stderr.write(log.read_text(encoding="utf-8", errors="replace"))
    raise SlipwayError("the endpoints did not start")
