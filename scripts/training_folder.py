"""Lays out the folder in which `slipway image IMAGE train` runs one of our training scripts alone.

Example: `.venv/bin/python scripts/training_folder.py emoji/train_tensorflow opt-ml
--channel train=records/train --channel weights=build/data/weights/minilm --set epochs=1`, then
`.venv/bin/slipway image tensorflow-training train --folder opt-ml`. Channels are links; the source is a copy.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

from stacks.constructs.storage.artifact import SHARED_MODULES  # noqa: E402 - found by the path above
from stacks.constructs.storage.carried import carried  # noqa: E402

PROGRAM = "fit.py"
HYPERPARAMETERS, CHANNELS = "hyperparameters.json", "inputdataconfig.json"


def lay_out(
    script: Path, folder: Path, channels: Mapping[str, Path], hyperparameters: Mapping[str, str]
) -> None:
    """Write the folder, with source, channels and the job's configuration; refuses one that is not empty."""
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty; name a new folder")
    if not (script / PROGRAM).is_file():
        raise FileNotFoundError(f"{script} has no {PROGRAM}")
    for name, path in channels.items():
        if not path.is_dir():
            raise FileNotFoundError(f"channel {name}: there is no folder {path}")
    source, config, data = folder / "source", folder / "input" / "config", folder / "input" / "data"
    for one in (source, config, data):
        one.mkdir(parents=True)
    for module in [*script.glob("*.py"), *carried(script), *SHARED_MODULES.glob("*.py")]:
        shutil.copy(module, source)
    for name, path in channels.items():
        (data / name).symlink_to(path.resolve())
    given = {"sagemaker_program": PROGRAM, "sagemaker_submit_directory": str(source.resolve())}
    (config / HYPERPARAMETERS).write_text(json.dumps({**given, **hyperparameters}, indent=2))
    (config / CHANNELS).write_text(json.dumps({name: {"TrainingInputMode": "File"} for name in channels}))


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("script", help="a folder of model_code with a fit.py, such as emoji/train_tensorflow")
    parser.add_argument("folder", type=Path, help="what is /opt/ml for the script; it must not be there yet")
    parser.add_argument("--channel", action="append", default=[], metavar="NAME=FOLDER", type=_pair)
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", type=_pair, help="a hyperparameter"
    )
    arguments = parser.parse_args(argv)
    channels = {name: Path(value) for name, value in arguments.channel}
    try:
        lay_out(ROOT / "model_code" / arguments.script, arguments.folder, channels, dict(arguments.set))
    except OSError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _pair(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not name or not separator:
        raise argparse.ArgumentTypeError(f"expected NAME=VALUE, got {text!r}")
    return name, value


if __name__ == "__main__":
    sys.exit(main())
