"""The computation of a chain alone, without servers."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from assembly import Model

_ROOT = Path(__file__).resolve().parents[2]
_PROGRAM = _ROOT / "quality" / "bench" / "floor" / "in_process.py"
_PATHS = (_ROOT / "containers" / "script_mode", _ROOT / "containers" / "stand_ins")


class InProcess:
    """A program that holds the four models and measures bodies through them."""

    def __init__(self, folder: Path, model: Model) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", _PROGRAM, folder],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, _PATHS))},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the program's input and output are not pipes")
        self._input, self._output = self._process.stdin, self._process.stdout
        hostnames = [one.hostname for one in model.containers]
        environments = [dict(one.environment) for one in model.containers]
        self._send({"hostnames": hostnames, "environments": environments})

    def measure(self, bodies: Sequence[bytes]) -> list[tuple[float, float]]:
        """Wall and CPU seconds of each body."""
        self._send([body.decode() for body in bodies])
        return [(wall, cpu) for wall, cpu in json.loads(self._output.readline())]

    def close(self) -> None:
        self._process.communicate()

    def _send(self, document: object) -> None:
        self._input.write(json.dumps(document) + "\n")
        self._input.flush()
