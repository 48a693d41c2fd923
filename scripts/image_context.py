"""Copies what an image of ours is built from into a folder: python scripts/image_context.py SOURCE FOLDER."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from stacks.constructs.model.build_context import stage


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "source", type=Path, help="a folder with a Dockerfile, such as containers/script_mode"
    )
    parser.add_argument("folder", type=Path, help="where the copies go")
    arguments = parser.parse_args()
    try:
        stage(arguments.source.resolve(), arguments.folder)
    except (OSError, ValueError) as error:
        parser.exit(1, f"error: {error}\n")


if __name__ == "__main__":
    main()
