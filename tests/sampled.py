"""A folder in which a workload of dev's assembly can be trained on a generated sample."""

import os
import subprocess
import sys
from pathlib import Path

from assemblies import ROOT, Assembly


def sampled(folder: Path, dev: Assembly, workload: str, *, rows: int, data: str) -> Path:
    """Make it of an empty folder; the sample is the file `data`."""
    (folder / "cdk.out").symlink_to(dev.folder)
    (folder / "versions.toml").symlink_to(ROOT / "versions.toml")
    sample = [str(ROOT / "scripts/model_code.py"), f"{workload}/sample", "--rows", str(rows), "--seed", "1"]
    subprocess.run([sys.executable, *sample, "--output", str(folder / data)], check=True)
    return folder


def slipway_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one command there to its end."""
    command = [sys.executable, "-m", "local", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
