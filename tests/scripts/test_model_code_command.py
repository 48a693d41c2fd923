"""scripts/model_code.py, which make calls."""

import subprocess
import sys
from pathlib import Path

from assemblies import MODELS
from patience import PATIENCE

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "model_code.py"


def test_a_workload_that_does_not_exist_is_an_error_that_names_those_that_do() -> None:
    command = [sys.executable, SCRIPT, "nosuch/sample", "--output", "nothing.txt"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 1
    known = ", ".join(MODELS)
    assert done.stderr == f"error: there is no folder model_code/nosuch/sample; workloads: {known}\n"
