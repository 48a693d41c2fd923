"""What the programs of quality/ have in common on the command line."""

import argparse


def parser(module: str, description: str, epilog: str | None = None) -> argparse.ArgumentParser:
    """The parser of `python -m quality.MODULE`; the lines of its texts stay as they are."""
    return argparse.ArgumentParser(
        prog=f"python -m quality.{module}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=epilog,
    )
