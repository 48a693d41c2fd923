"""Packs weights that exist already as the archive of translation's Hugging Face container.

The folder holds what transformers' `save_pretrained` or a download of a published model gives: config.json,
weights in safetensors, and a tokenizer's files. The archive gets these and the script that answers; what else
lies there, weights in pickles among it, is left out and named.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from assembly.errors import SlipwayError
from local.storage.archive import pack
from local.storage.output import Output
from local.storage.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / "model_code" / "translation" / "hugging_face"
OUTPUT = ROOT / "build" / "artifacts" / "translation" / "hugging-face" / "model.tar.gz"
_SUFFIXES = {".json", ".safetensors", ".spm", ".model", ".txt"}


class WeightsError(Exception):
    """A folder without a model; the message names what is missing."""


def package(folder: Path, output: Output) -> list[str]:
    """Write the archive; returns the names of the files that were left out."""
    output.check()
    files = sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
    if not any(path.name == "config.json" for path in files):
        raise WeightsError(f"{folder}: config.json not found; expected a Transformers model")
    if not any(path.suffix == ".safetensors" for path in files):
        raise WeightsError(
            f"{folder}: there are no weights in safetensors; load the model once and call "
            "save_pretrained(folder, safe_serialization=True)"
        )
    taken = [path for path in files if path.suffix in _SUFFIXES]
    with tempfile.TemporaryDirectory() as staging:
        for path in taken:
            shutil.copyfile(path, Path(staging) / path.name)
        shutil.copytree(SCRIPT, Path(staging) / "code", ignore=shutil.ignore_patterns("__pycache__"))
        with output.workspace.scratch() as scratch:
            pack(Path(staging), scratch / output.path.name)
            output.take(scratch / output.path.name)
    return [path.name for path in files if path not in taken]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="the model's folder")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="the archive (default: %(default)s)")
    arguments = parser.parse_args(argv)
    try:
        output = Output(
            arguments.output, Workspace(ROOT / "build"), "weights", own=arguments.output == OUTPUT
        )
        left_out = package(arguments.folder, output)
    except (WeightsError, SlipwayError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if left_out:
        print(f"left out: {', '.join(left_out)}", file=sys.stderr)
    print(f"wrote {arguments.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
