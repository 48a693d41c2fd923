"""Runs a folder of model_code with the modules that its archive carries.

Example: `.venv/bin/python scripts/model_code.py churn/sample --rows 100 --output churn.txt`.
"""

import argparse
import runpy
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

from stacks.constructs.storage.carried import carried  # noqa: E402 - found by the path above


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("folder", help="below model_code, such as churn/sample")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="of what is run; --help lists them")
    given = parser.parse_args()
    folder = ROOT / "model_code" / given.folder
    if not folder.is_dir():
        known = ", ".join(sorted(path.parent.name for path in ROOT.glob("model_code/*/sample")))
        sys.exit(f"error: there is no folder model_code/{given.folder}; workloads: {known}")
    if not (folder / "__main__.py").is_file():
        sys.exit(f"error: model_code/{given.folder} cannot be run: it has no __main__.py")
    # A reader that has seen enough, such as head, ends what writes to it without a word.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.argv[1:] = given.arguments
    sys.path[0:1] = sorted({str(module.parent) for module in carried(folder)})
    runpy.run_path(str(folder), run_name="__main__")


if __name__ == "__main__":
    main()
