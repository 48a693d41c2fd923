"""Prints the workloads as make's variables: `python -m stacks.workloads`."""

import sys

from stacks.workloads.shared.record import HERE, WorkloadError, workloads


def main() -> int:
    try:
        found = workloads()
    except WorkloadError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    variables = {
        "WORKLOADS": [one.name for one in found],
        "IN_FOLDERS": [one.name for one in found if one.sample == one.name],
        "TRAINED_HERE": [one.name for one in found if one.environment == HERE],
    }
    for name, names in variables.items():
        print(f"{name} := {' '.join(names)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
