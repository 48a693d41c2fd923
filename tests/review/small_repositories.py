"""A small repository whose `cdk` copies what the tree holds, for scripts that synthesize several trees."""

import shutil
import subprocess
import sys
from pathlib import Path

from assemblies import ROOT
from cloud_assemblies import STACK, Declared, write

GIT = shutil.which("git") or "git"
# Leaves the assembly of the tree it stands in; a tree with a file `broken` does not synthesize. Given a GATE,
# it says there where and which process it is, and waits; when it is ended, it writes once more.
CDK = """#!/usr/bin/env bash
set -eu
[[ ! -e broken ]] || { echo "app.py: cannot be read" >&2; exit 1; }
while [[ $1 != --output ]]; do shift; done
if [[ -n ${GATE:-} ]]; then
	late() { while kill -0 $$ 2>/dev/null; do sleep 0.01; done; mkdir -p "$output"; exit; }
	output=$2
	(trap late TERM; echo "$PWD $BASHPID" >"$GATE"; sleep 3600) &
	wait
fi
mkdir "$2" && cp assembly/* "$2"
[[ $(cat build/artifacts/model) == "of the working tree" ]] || rm "$2/manifest.json"
"""


def queue(delay: int) -> Declared:
    return Declared({"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": delay}}})


def small_repository(folder: Path, *scripts: str) -> Path:
    """One commit with a stack whose queue waits one second, and the tools that the scripts call."""
    (folder / "scripts").mkdir()
    for script in scripts:
        shutil.copy(ROOT / "scripts" / script, folder / "scripts")
    tools = folder / ".venv" / "bin"
    tools.mkdir(parents=True)
    (tools / "cdk").write_text(CDK)
    (tools / "cdk").chmod(0o755)
    (tools / "python").write_text(f'#!/usr/bin/env bash\nexec {sys.executable} "$@"\n')
    (tools / "python").chmod(0o755)
    for name in ("cdk.json", "requirements.txt", "package-lock.json"):
        (folder / name).write_text("{}\n")
    (folder / ".gitignore").write_text("build/\n.venv/\n")
    write(folder / "assembly", {STACK: queue(1)})
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder)
    models = folder / "build" / "artifacts"
    models.mkdir(parents=True)
    (models / "model").write_text("of the working tree")
    return folder


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    return subprocess.run(
        [GIT, *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True
    ).stdout


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "A commit")


def environment(repository: Path, **more: str) -> dict[str, str]:
    path = "/usr/local/bin:/usr/bin:/bin"
    return {"PATH": path, "PYTHONPATH": str(ROOT), "HOME": str(repository), **more}
