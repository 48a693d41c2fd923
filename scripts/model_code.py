"""Runs a folder of model_code with the modules that its archive carries.

Example: `python scripts/model_code.py churn/sample --rows 100 --output churn.txt`.
"""

import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

from stacks.constructs.storage.carried import carried  # noqa: E402 - found by the path above


def main() -> None:
    folder = ROOT / "model_code" / sys.argv.pop(1)
    if not folder.is_dir():
        known = ", ".join(sorted(path.parent.name for path in ROOT.glob("model_code/*/sample")))
        sys.exit(f"error: there is no folder {folder.relative_to(ROOT)}; workloads: {known}")
    sys.path[0:1] = sorted({str(module.parent) for module in carried(folder)})
    runpy.run_path(str(folder), run_name="__main__")


if __name__ == "__main__":
    main()
