"""AWS's workshops as somebody walks them: a tree with `serve` beside it, and notebooks that are executed."""

import base64
import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from assemblies import ROOT
from patience import wait_until
from project import Project, copy_of_the_tree

_PNG = b"\x89PNG\r\n\x1a\n"
_SHELL = """
eval "$(.venv/bin/slipway env)"
exec build/sdk-{sdk}/bin/"$0" "$@"
"""


@dataclass(frozen=True)
class Executed:
    """A notebook with what its cells have answered."""

    notebook: Any

    @property
    def _outputs(self) -> list[Any]:
        return [output for cell in self.notebook["cells"] for output in cell.get("outputs", [])]

    @property
    def said(self) -> str:
        """What was printed, on either stream, and shown as text."""
        return "".join(
            "".join(output.get("text") or output.get("data", {}).get("text/plain", ""))
            for output in self._outputs
        )

    def number(self, pattern: str) -> float:
        """The one number that stands where the pattern has its group."""
        [found] = re.findall(pattern, self.said)
        return float(found)

    @property
    def plots(self) -> list[bytes]:
        shown = [output.get("data", {}).get("image/png") for output in self._outputs]
        return [base64.b64decode("".join(one)) for one in shown if one]

    def is_drawn(self, count: int) -> bool:
        """Whether there are so many plots, each with more in it than empty axes."""
        return len(self.plots) == count and all(
            one.startswith(_PNG) and len(one) > 10_000 for one in self.plots
        )


class Workshop(NamedTuple):
    """The tree in which something serves, and its log; notebooks are executed with the SDK's environment."""

    project: Project
    sdk: str
    log: Path

    def execute(self, notebook: str) -> Executed:
        """The notebook from its first cell to its last, in a shell that knows of AWS what `env` prints."""
        done = self.project.folder / "build" / f"{notebook}.ipynb"
        self.run("jupyter", "execute", f"workbench/{notebook}.ipynb", "--output", str(done))
        return Executed(json.loads(done.read_text()))

    def run(self, *command: str) -> str:
        """What a program of the SDK's environment prints in such a shell."""
        finished = subprocess.run(
            ["/bin/bash", "-euc", _SHELL.format(sdk=self.sdk), *command],
            cwd=self.project.folder,
            env={"PATH": os.environ["PATH"], "HOME": str(self.project.folder / "build")},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        # The SDK writes the trace of an error to standard output.
        assert finished.returncode == 0, finished.stdout + finished.stderr
        return finished.stdout


@contextmanager
def opened(folder: Path, sdk: str) -> Iterator[Workshop]:
    """A copy of the tree that serves the bank, with the environment of the SDK."""
    built = {name: ROOT / name for name in ("build/lambda", "build/artifacts", "cdk.out")}
    project = copy_of_the_tree(folder / "tree", built)
    (project.folder / "build" / "environments").symlink_to(ROOT / "build" / "environments")
    installed = project.make("-s", f"build/sdk-{sdk}/.installed")
    assert installed.returncode == 0, installed.stderr
    log = folder / "serve.log"
    with (
        log.open("w") as stream,
        subprocess.Popen(
            [".venv/bin/slipway", "serve", "bank", "--port", "0"],
            cwd=project.folder,
            env=project.environment(),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
        ) as serving,
    ):
        try:
            assert wait_until(lambda: "Ctrl-C" in log.read_text() or serving.poll() is not None)
            assert serving.poll() is None, log.read_text()
            yield Workshop(project, sdk, log)
        finally:
            serving.send_signal(signal.SIGINT)
            assert serving.wait() == 0, log.read_text()
