"""Compare the model's scores on the test part with what the clients did, and write evaluation.json
and evaluation.html.

The scores are what a batch transform (a number a line) or the endpoint (JSON lines `{"score": 0.3}`)
answered, in the order of the labels. --baseline adds the same figures of another model: `label,score` lines.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from bank_report import CLASSES, page
from gate import shortfall
from job_files import write
from score_evaluation import as_text, evaluate, label, lines, read_labels, read_scores, read_split, score


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="evaluate", description=__doc__.split("\n\n")[0])
    parser.add_argument("--labels", type=Path, required=True, help="folder of labels.csv and split.json")
    parser.add_argument("--scores", type=Path, required=True, help="folder of the *.out files")
    parser.add_argument("--baseline", type=Path, help="folder of the other model's scores.csv")
    parser.add_argument("--output", type=Path, required=True, help="folder for evaluation.json and .html")
    parser.add_argument("--minimum-auc", type=float, help="also say by how much AUC falls short of this")
    arguments = parser.parse_args(argv)
    try:
        labels = read_labels(arguments.labels / "labels.csv")
        evaluation = evaluate(labels, read_scores(arguments.scores), CLASSES)
        if arguments.baseline:
            baseline = read_baseline(arguments.baseline / "scores.csv", labels)
            evaluation["baseline"] = evaluate(labels, baseline, CLASSES)
        evaluation["split"] = read_split(arguments.labels / "split.json")
        if arguments.minimum_auc is not None:
            evaluation["auc_shortfall"] = shortfall(evaluation["auc"], arguments.minimum_auc)
    except (OSError, ValueError) as error:
        sys.exit(f"error: {error}")
    write(arguments.output / "evaluation.html", page(evaluation))
    write(arguments.output / "evaluation.json", json.dumps(evaluation, indent=2) + "\n")
    print(as_text("The model", evaluation, CLASSES))
    if "baseline" in evaluation:
        print("\n" + as_text("The workshop's features and settings", evaluation["baseline"], CLASSES))


def read_baseline(path: Path, labels: Sequence[bool]) -> list[float]:
    """The scores of `label,score` lines; raises ValueError where the labels are not these."""
    found = [(*line.partition(",")[::2], where) for line, where in lines(path)]
    if [label(text, where) for text, _, where in found] != list(labels):
        raise ValueError(f"{path}: its labels are not those of the test part")
    return [score(text, where) for _, text, where in found]


if __name__ == "__main__":
    main()
