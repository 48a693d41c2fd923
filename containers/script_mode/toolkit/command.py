"""The command line of every image here: the one argument with which SageMaker starts a container."""

import importlib
import os
import sys

from .environment import pin_threads


def run(package: str) -> None:
    """Run `main` of the package's module `serve` or `train`, as the argument says, and exit with its code.

    The module is imported here and not before, because numeric libraries read the number of threads when
    they are imported. Any other argument is a usage error (2).
    """
    arguments = sys.argv[1:]
    if arguments not in (["serve"], ["train"]):
        print(f"usage: python -m {package} serve|train", file=sys.stderr)
        sys.exit(2)
    pin_threads()
    sys.exit(importlib.import_module(f"{package}.{arguments[0]}").main(os.environ))
