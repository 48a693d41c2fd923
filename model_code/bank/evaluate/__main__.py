"""Compare the model's scores on the test part with what the clients did, and write evaluation.json
and evaluation.html.

The scores are what a batch transform (a number a line) or the endpoint (JSON lines `{"score": 0.3}`)
answered, in the order of the labels. --baseline adds the same figures of another model: `label,score` lines.
"""

from collections.abc import Sequence
from pathlib import Path

import evaluation_job
from bank_report import CLASSES, page
from score_evaluation import as_text, evaluate, label, lines, read_labels, read_scores, read_split, score


def main(argv: Sequence[str] | None = None) -> None:
    parser = evaluation_job.parser(__doc__, "auc", labels="labels.csv and split.json")
    parser.add_argument("--baseline", type=Path, help="folder of the other model's scores.csv")
    arguments = parser.parse_args(argv)
    with evaluation_job.refusing():
        labels = read_labels(arguments.labels / "labels.csv")
        evaluation = evaluate(labels, read_scores(arguments.scores), CLASSES)
        if arguments.baseline:
            baseline = read_baseline(arguments.baseline / "scores.csv", labels)
            evaluation["baseline"] = evaluate(labels, baseline, CLASSES)
        evaluation["split"] = read_split(arguments.labels / "split.json")
    evaluation_job.judge(evaluation, "auc", arguments.minimum)
    evaluation_job.publish(arguments.output, evaluation, page(evaluation))
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
