"""Fit the baseline, a logistic regression on TF-IDF of words and characters, on SM_CHANNEL_TEXTS.

Writes SM_MODEL_DIR/linear. The network is compared with it, and may be blended with it.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import labeled_texts
import prepared_counts
from labeled_texts import TRAIN, VALIDATION


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--inverse_regularization", type=float, default=0.5, help="scikit-learn's C (default 0.5)"
    )
    parser.add_argument("--max_iter", type=int, default=300, help="iterations at most (default 300)")
    arguments = parser.parse_args(argv)
    if arguments.inverse_regularization <= 0 or arguments.max_iter < 1:
        parser.error("--inverse_regularization must be above 0, and --max_iter at least 1")
    channel, model = Path(os.environ["SM_CHANNEL_TEXTS"]), Path(os.environ["SM_MODEL_DIR"])
    try:
        prepared_counts.check(channel)
        parts = labeled_texts.read(channel)
        labeled_texts.check_labels(parts[TRAIN].labels)
    except (OSError, ValueError) as error:
        sys.exit(f"error: {error}")
    # scikit-learn takes longer to load than wrong texts to refuse.
    import regression  # noqa: PLC0415

    regression.fit(
        parts[TRAIN],
        parts[VALIDATION],
        arguments.inverse_regularization,
        arguments.max_iter,
        model / "linear",
    )


if __name__ == "__main__":
    main()
