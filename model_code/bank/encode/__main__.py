"""Check the bank's file, raw or prepared, and encode its clients as the model reads them.

Writes encoded.csv twice, without header, the label first as 0 or 1: into --output with all features, into
--baseline with the columns of the prepared file only, which the workshop's model reads.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from bank_files import BankFileError, baseline, read


def main() -> None:
    parser = argparse.ArgumentParser(prog="encode", description=__doc__.split("\n\n")[0])
    parser.add_argument("--input", type=Path, required=True, help="folder that holds the file, nothing else")
    parser.add_argument("--output", type=Path, required=True, help="folder for the clients, all features")
    parser.add_argument("--baseline", type=Path, required=True, help="folder for the workshop's features")
    arguments = parser.parse_args()
    try:
        clients = read(only_file(arguments.input))
    except BankFileError as error:
        sys.exit(f"error: {error}")
    write(arguments.output / "encoded.csv", ((client.label, *client.features) for client in clients))
    write(arguments.baseline / "encoded.csv", ((client.label, *baseline(client)) for client in clients))
    print(f"encoded {len(clients)} clients, {sum(client.label == '1' for client in clients)} of them yes")


def only_file(folder: Path) -> Path:
    """The one file of a folder; hidden files do not count."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    if len(files) != 1:
        names = ", ".join(path.name for path in files) or "none"
        raise BankFileError(f"{folder}: expected one file, found {names}")
    return files[0]


def write(path: Path, rows: Iterable[Sequence[str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    temporary.write_text("".join(",".join(row) + "\n" for row in rows), encoding="ascii", newline="\n")
    temporary.replace(path)


if __name__ == "__main__":
    main()
