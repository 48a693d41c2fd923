"""Writes lambda/<function>/openapi.json from the pydantic models of that function's contract."""

import argparse
import importlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from stacks.constructs.storage.carried import carried  # noqa: E402 - found by the path above

LAMBDA = ROOT / "lambda"


def text(function: str) -> str:
    """The document, from CONTRACT in the module `<workload>_contract` of the folder `predict_<workload>`."""
    modules = carried(LAMBDA / function)
    for folder in (LAMBDA / "shared", LAMBDA / function, *(module.parent for module in modules)):
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
    contract = importlib.import_module(f"{function.removeprefix('predict_')}_contract").CONTRACT
    document = importlib.import_module("prediction_service.openapi").document(contract)
    return json.dumps(document, indent=2) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: 1 if --check finds a stale document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "function", nargs="?", default="predict_churn", help="a folder of lambda/ (%(default)s)"
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the document is stale")
    options = parser.parse_args(arguments)
    known = sorted(path.parent.name for path in LAMBDA.glob("*/*_contract.py"))
    if options.function not in known:
        parser.error(f"unknown function {options.function}; expected {', '.join(known)}")
    target = LAMBDA / options.function / "openapi.json"
    current = text(options.function)
    if not options.check:
        temporary = target.with_suffix(".tmp")
        temporary.write_text(current)
        temporary.replace(target)
    elif not target.exists() or target.read_text() != current:
        command = f"python scripts/write_openapi.py {options.function}"
        print(f"error: {target} is stale; run: {command}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
