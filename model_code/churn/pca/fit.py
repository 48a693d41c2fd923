"""Fit the projection on SM_CHANNEL_TRAIN and write a complete SM_MODEL_DIR: parameters.json and code/."""

import argparse
import os
from pathlib import Path

import numpy as np
from pca_projection import Matrix, Projection
from saved_code import save_code


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n_components", type=int, default=14, help="principal components (default 14)")
    parser.add_argument(
        "--passthrough", type=int, default=11, help="first columns that are carried through (default 11)"
    )
    arguments = parser.parse_args()
    channel, model = Path(os.environ["SM_CHANNEL_TRAIN"]), Path(os.environ["SM_MODEL_DIR"])
    features = read(channel)
    rows, columns = features.shape
    most = min(rows, columns - arguments.passthrough)
    if not 1 <= arguments.passthrough < columns:
        parser.error(
            f"--passthrough {arguments.passthrough}: expected 1 to {columns - 1} of {columns} columns"
        )
    if not 1 <= arguments.n_components <= most:
        parser.error(f"--n_components {arguments.n_components}: expected 1 to {most}")
    projection = Projection.fit(
        features, n_components=arguments.n_components, passthrough=arguments.passthrough
    )
    projection.save(model)
    save_code(Path(__file__), model / "code")
    print(
        f"projected {columns} columns to {projection.project(features[:1]).shape[1]}, fitted on {rows} rows"
    )


def read(channel: Path) -> Matrix:
    """The features of the channel's label-first files without header."""
    parts = [np.loadtxt(path, delimiter=",", ndmin=2) for path in sorted(channel.glob("*.csv"))]
    if not parts or not sum(len(part) for part in parts):
        raise SystemExit(f"error: no rows in {channel}/*.csv")
    return np.vstack(parts)[:, 1:]


if __name__ == "__main__":
    main()
