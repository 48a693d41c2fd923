"""A copy of the tree with what make has built, in which commands run as somebody types them."""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assemblies import ROOT

# What is installed is the tree's own, by links. Nothing may find it out of date and install there again.
INSTALLED = (".venv", "node_modules")
NOTHING_TO_INSTALL = "INSTALLED="
BUILT = ("artifacts", "data", "lambda", "registry", "reports", "results", "runs", "s3")
# What make tells the makes that it starts, and what chooses something else.
MAKES_OWN = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES", "ENV", "WORKLOAD", "DATA", "BASE")


@dataclass(frozen=True)
class Project:
    """The copy. `run` ends when the command does."""

    folder: Path

    def environment(self, **variables: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in MAKES_OWN}
        return {**kept, **variables}

    def make(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return self.run("make", NOTHING_TO_INSTALL, *arguments, **variables)

    def slipway(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run(".venv/bin/slipway", *arguments)

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment(**variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


def copy_of_the_tree(folder: Path, built: Mapping[str, Path] | None = None) -> Project:
    """All that git would keep of the tree, and of build/ what is named; times are kept, for make."""
    git = ["git", "ls-files", "-co", "--exclude-standard", "-z"]
    names = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    for name in INSTALLED:
        if (ROOT / name).exists():
            (folder / name).symlink_to(ROOT / name)
    for name, source in (built or {}).items():
        if source.exists():
            shutil.copytree(source, folder / name, symlinks=True)
    # The Makefile asks git for what the tree holds.
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "The tree"]):
        author = [
            "-c",
            "user.name=Test",
            "-c",
            "user.email=test@example.com",
            "-c",
            "core.hooksPath=/dev/null",
        ]
        subprocess.run(["git", *author, *command], cwd=folder, check=True)
    return Project(folder)


def lab_starts(project: Project, *arguments: str) -> str:
    """What make says until its JupyterLab answers, which is then ended; fails when it ends by itself."""
    with subprocess.Popen(
        ["make", NOTHING_TO_INSTALL, *arguments, "NOTEBOOK_OPTIONS=--no-browser --port=0"],
        cwd=project.folder,
        env=project.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as lab:
        assert lab.stderr is not None
        said = ""
        while "is running at:" not in said:
            line = lab.stderr.readline()
            assert line, said
            said += line
        subprocess.run(["kill", f"-{signal.SIGTERM}", "--", f"-{lab.pid}"], check=True)
        lab.communicate()
    return said
