"""An image for the runner's tests; the hyperparameter `behavior` says what its training does."""

import json
import os
import signal
import sys
import time
from pathlib import Path

BASE = Path(os.environ["SAGEMAKER_BASE_DIR"])


def main() -> int:
    if sys.argv[1:] != ["train"]:
        raise SystemExit(f"this image only trains, it does not {sys.argv[1:]}")
    hyperparameters = json.loads((BASE / "input/config/hyperparameters.json").read_text())
    behavior = hyperparameters.get("behavior", "remember")
    print(f"behavior: {behavior}")
    depth = hyperparameters.get("depth", "0")
    if behavior == "fail" or (behavior == "measure_even" and int(depth) % 2):
        (BASE / "output/failure").write_text("the sky is falling")
        return 3
    if behavior == "checkpoint" and not go_on():
        return 3
    if behavior == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if behavior in ("sleep", "stubborn"):
        (BASE / "model/half").write_text("half")
        (BASE.parents[1] / "pid").write_text(str(os.getpid()))
        time.sleep(600)
    if behavior == "epochs":
        for _ in range(int(hyperparameters["epochs"])):
            print(f"quality={depth}")
        if depth == hyperparameters.get("hangs"):
            (BASE.parents[1] / "pid").write_text(str(os.getpid()))
            time.sleep(600)
        (BASE / "model/depth").write_text(depth)
    if behavior.startswith("measure"):
        print(f"quality=0.5\nquality={depth}.0")
    if behavior == "measure_and_fail":
        return 4
    if behavior == "name_host":
        host = json.loads((BASE / "input/config/resourceconfig.json").read_text())["current_host"]
        (BASE / "model/host").write_text(host)
        (BASE / f"model/only-{host}").touch()
    if behavior == "remember" or behavior.startswith("measure"):
        remember(hyperparameters)
    return 0


def go_on() -> bool:
    """Whether the checkpoint of an earlier job was there; one is there afterwards."""
    checkpoint = BASE / "checkpoints/half"
    found = checkpoint.exists()
    checkpoint.write_text("half")
    (BASE / "model/whole").write_text("whole")
    return found


def remember(hyperparameters: dict[str, str]) -> None:
    """The model is what the container was told; times of the files differ from run to run."""
    channels = BASE / "input/data"
    found = {
        "hyperparameters": hyperparameters,
        "inputdataconfig": json.loads((BASE / "input/config/inputdataconfig.json").read_text()),
        "resourceconfig": json.loads((BASE / "input/config/resourceconfig.json").read_text()),
        "files": {
            str(file.relative_to(channels)): file.read_text() for file in sorted(channels.rglob("*.*"))
        },
        "job": os.environ["TRAINING_JOB_NAME"],
        "variables": sorted(os.environ),
    }
    (BASE / "output/data/told.json").write_text(json.dumps(found))
    (BASE / "model/model.json").write_text(json.dumps(found["files"]))


if __name__ == "__main__":
    sys.exit(main())
