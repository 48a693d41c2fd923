"""The four models of a chain in one process, without any server.

`python in_process.py FOLDER`: FOLDER holds the containers' folders by hostname. Standard input has one JSON
document a line: first `{"hostnames": [...], "environments": [...]}`, in the order of the chain, then lists of
bodies, each answered by a line: wall and CPU seconds of each body through all four.
"""

import json
import sys
import time
from pathlib import Path

from toolkit import handlers
from toolkit.application import Model
from toolkit.command import pin_threads


def main() -> None:
    pin_threads()
    folder, chain = Path(sys.argv[1]), json.loads(sys.stdin.readline())
    models = [
        _load({**environment, "SAGEMAKER_BASE_DIR": str(folder / hostname / "opt" / "ml")})
        for hostname, environment in zip(chain["hostnames"], chain["environments"], strict=True)
    ]
    for line in sys.stdin:
        print(json.dumps([_measure(models, body.encode()) for body in json.loads(line)]), flush=True)


def _load(environment: dict[str, str]) -> Model:
    if "SAGEMAKER_PROGRAM" in environment:
        return handlers.load(environment, handlers.Conventions())
    from xgboost_image import serve  # noqa: PLC0415 - reads the number of threads when it is imported

    return serve.load(environment)


def _measure(models: list[Model], body: bytes) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    content_type = "text/csv"
    for model in models:
        body, content_type, status, _ = model.invoke(body, content_type, "")
        if status != 200:
            raise SystemExit(f"error: {body.decode()}")
    return time.perf_counter() - wall, time.process_time() - cpu


if __name__ == "__main__":
    main()
