"""Prints the workloads as make's variables, or their names: `python -m stacks.workloads [--names]`."""

import argparse
import sys

from stacks.workloads.shared.record import WorkloadError, workloads


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m stacks.workloads", description=__doc__)
    parser.add_argument("--names", action="store_true", help="print the names alone, in one line")
    arguments = parser.parse_args()
    try:
        found = workloads()
    except WorkloadError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if arguments.names:
        print(" ".join(one.name for one in found))
        return 0
    variables = {
        "WORKLOADS": [one.name for one in found],
        "IN_FOLDERS": [one.name for one in found if one.sample == one.name],
        "TRAINED_HERE": [one.name for one in found if one.trains_for_templates and not one.environments],
        **{f"WEIGHTS_{one.name}": [f"build/data/weights/{one.weights}"] for one in found if one.weights},
    }
    for name, names in variables.items():
        print(f"{name} := {' '.join(names)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
