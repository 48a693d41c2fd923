"""The state of the sources that something was made from."""

import shutil
import subprocess
from dataclasses import dataclass


@dataclass(frozen=True)
class Revision:
    """The commit, None outside a repository, and whether files differ from it."""

    commit: str | None
    dirty: bool

    def __str__(self) -> str:
        return f"{self.commit[:8]}{'+' if self.dirty else ''}" if self.commit else "none"


def current() -> Revision:
    """The revision of the repository that this process works in."""
    commit = _git("rev-parse", "--verify", "--quiet", "HEAD")
    if commit is None:
        return Revision(None, False)
    return Revision(commit, bool(_git("status", "--porcelain")))


def _git(*arguments: str) -> str | None:
    """The output of a git command; None if it fails or there is no git."""
    program = shutil.which("git")
    if program is None:
        return None
    result = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    return result.stdout.strip() if result.returncode == 0 else None
