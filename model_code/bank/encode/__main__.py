"""Check the bank's file, raw or prepared, and encode its clients as the model reads them.

Writes encoded.csv twice, without header, the label first as 0 or 1: into --output with all features, into
--baseline with the columns of the prepared file only, which the workshop's model reads.
"""

import argparse
import sys
from pathlib import Path

from bank_files import baseline, read
from job_files import only_file, write_lines


def main() -> None:
    parser = argparse.ArgumentParser(prog="encode", description=__doc__.split("\n\n")[0])
    parser.add_argument("--input", type=Path, required=True, help="folder that holds the file, nothing else")
    parser.add_argument("--output", type=Path, required=True, help="folder for the clients, all features")
    parser.add_argument("--baseline", type=Path, required=True, help="folder for the workshop's features")
    arguments = parser.parse_args()
    try:
        clients = read(only_file(arguments.input))
    except (OSError, ValueError) as error:
        sys.exit(f"error: {error}")
    for folder, features in (
        (arguments.output, [client.features for client in clients]),
        (arguments.baseline, [baseline(client) for client in clients]),
    ):
        rows = zip(clients, features, strict=True)
        write_lines(folder / "encoded.csv", (",".join((client.label, *cells)) for client, cells in rows))
    print(f"encoded {len(clients)} clients, {sum(client.label == '1' for client in clients)} of them yes")


if __name__ == "__main__":
    main()
