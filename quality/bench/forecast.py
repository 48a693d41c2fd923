"""A forecast of one series by 100 samples: through the runtime's endpoint, and by GluonTS in its own process.

    python -m quality.bench.forecast [--rounds 60]

Serves the endpoint whose name ends in -forecast as `slipway serve` does, and calls both in turns.
Writes build/reports/forecast-bench.json: the medians in milliseconds, and their ratio.
"""

import http.client
import json
import os
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from local.containers.images import Images
from local.storage.files import write_whole
from local.timing import SAGEMAKER
from quality import command_line

_ROOT = Path(__file__).resolve().parents[2]
_PROGRAM = _ROOT / "quality" / "bench" / "floor" / "gluonts_in_process.py"
_ARCHIVE = _ROOT / "build" / "artifacts" / "forecast" / "deepar" / "model.tar.gz"
_REPORT = _ROOT / "build" / "reports" / "forecast-bench.json"
_SAMPLES = 100
# A year of two-hourly points, as the workshop's requests have it.
_POINTS = 2916
_WARM_UP = 5


def main() -> int:
    parser = command_line.parser("bench.forecast", __doc__)
    parser.add_argument("--rounds", type=int, default=60, help="requests of each side (default 60)")
    rounds = parser.parse_args().rounds
    if not _ARCHIVE.is_file():
        print("error: no trained model; run: make demo WORKLOAD=forecast", file=sys.stderr)
        return 1
    body = json.dumps(request())
    print(f"{rounds} requests through the endpoint and by GluonTS, in turns", file=sys.stderr)
    with served() as (address, path), in_process(body) as child:
        ours, theirs = [], []
        for number in range(_WARM_UP + rounds):
            pair = asked(address, path, body), measured(child)
            if number >= _WARM_UP:
                ours.append(pair[0])
                theirs.append(pair[1])
    figures = {
        "endpoint_p50_ms": round(statistics.median(ours), 2),
        "gluonts_p50_ms": round(statistics.median(theirs), 2),
        "ratio": round(statistics.median(ours) / statistics.median(theirs), 3),
        "samples": _SAMPLES,
        "points": _POINTS,
        "rounds": rounds,
    }
    write_whole(_REPORT, json.dumps(figures, indent=2) + "\n")
    for name, value in figures.items():
        print(f"{name}\t{value}")
    print(f"wrote {_REPORT.relative_to(_ROOT)}")
    return 0


def request() -> dict[str, object]:
    """One series with the shape of a day and a week."""
    target = [
        50.0 + 20 * (point % 12 > 4) - 10 * (point // 12 % 7 > 4) + point % 5 for point in range(_POINTS)
    ]
    return {
        "instances": [{"start": "2014-01-01 00:00:00", "target": target}],
        "configuration": {
            "num_samples": _SAMPLES,
            "output_types": ["quantiles"],
            "quantiles": ["0.1", "0.5", "0.9"],
        },
    }


@contextmanager
def served() -> Iterator[tuple[str, str]]:
    """The runtime's address, and the path that calls the endpoint."""
    state = _ROOT / "build" / "serve.json"
    command = [sys.executable, "-m", "local", "serve", "forecast", "--port", "0"]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.DEVNULL) as server:
        try:
            while not state.exists():
                if server.poll() is not None:
                    raise SystemExit("error: the endpoint did not start")
                time.sleep(0.1)
            told = json.loads(state.read_text(encoding="utf-8"))
            yield urlsplit(told["url"]).netloc, f"/endpoints/{told['endpoints'][0]['name']}/invocations"
        finally:
            server.terminate()


@contextmanager
def in_process(body: str) -> Iterator["subprocess.Popen[str]"]:
    """The program that forecasts without a server, in the image's environment."""
    image = Images.load().named("deepar")
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(_ARCHIVE) as archive:
            archive.extractall(folder, filter="data")
        with subprocess.Popen(
            [image.python, "-P", _PROGRAM, folder],
            env={**os.environ, **image.environment()},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as child:
            _tell(child, body)
            yield child
            child.communicate()


def asked(address: str, path: str, body: str) -> float:
    """Milliseconds of one request, with a connection of its own, as a client without a pool has it."""
    started = time.perf_counter()
    connection = http.client.HTTPConnection(address, timeout=SAGEMAKER.answer)
    connection.request("POST", path, body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    took = 1000 * (time.perf_counter() - started)
    if answer.status != 200:
        raise SystemExit(f"error: the endpoint answered {answer.status}: {content[:300]!r}")
    return took


def measured(child: "subprocess.Popen[str]") -> float:
    _tell(child, "")
    if child.stdout is None:
        raise RuntimeError("the program's output is not a pipe")
    return float(child.stdout.readline())


def _tell(child: "subprocess.Popen[str]", line: str) -> None:
    if child.stdin is None:
        raise RuntimeError("the program's input is not a pipe")
    child.stdin.write(line + "\n")
    child.stdin.flush()


if __name__ == "__main__":
    sys.exit(main())
