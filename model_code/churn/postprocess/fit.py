"""Fit the threshold on SM_CHANNEL_VALIDATION (`label,score` lines) and write a complete SM_MODEL_DIR."""

import argparse
import os
from pathlib import Path

import churn_threshold
import numpy as np
from saved_code import save_code


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    channel, model = Path(os.environ["SM_CHANNEL_VALIDATION"]), Path(os.environ["SM_MODEL_DIR"])
    parts = [np.loadtxt(path, delimiter=",", ndmin=2) for path in sorted(channel.glob("*.csv"))]
    if not parts:
        raise SystemExit(f"error: no file {channel}/*.csv")
    labels, scores = np.vstack(parts).T
    try:
        threshold, f1 = churn_threshold.fit(labels, scores)
    except ValueError as error:
        raise SystemExit(f"error: {channel}: {error}") from None
    churn_threshold.save(threshold, model)
    save_code(Path(__file__), model / "code")
    print(f"threshold {threshold:.4f}, f1 {f1:.4f} on the {len(labels)} rows that it was chosen on")


if __name__ == "__main__":
    main()
