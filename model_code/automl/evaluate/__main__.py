"""Compare the labels that the whole model answers for the test part with those of the table:
evaluation.json and evaluation.html.

The answers are what a batch transform wrote (*.out): a label a line, in the order of the table's. Figures are
those of the second of the labels as schema.json numbers them. Prints the confusion matrix too.
"""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import evaluation_job
import report_page
from job_files import transform_outputs
from score_evaluation import of_classes, read_split

FIGURES = ("f1", "accuracy", "precision", "recall")


def main(argv: Sequence[str] | None = None) -> None:
    parser = evaluation_job.parser(__doc__, "f1", labels="labels.csv and split.json", analysis="schema.json")
    arguments = parser.parse_args(argv)
    with evaluation_job.refusing():
        target, classes = read_classes(arguments.analysis / "schema.json")
        observed = read_labels(arguments.labels / "labels.csv", classes)
        answered = [one for path in transform_outputs(arguments.scores) for one in read_labels(path, classes)]
        evaluation = evaluate(observed, answered)
        evaluation["split"] = read_split(arguments.labels / "split.json")
    evaluation["target"], evaluation["classes"] = target, list(classes)
    evaluation_job.judge(evaluation, "f1", arguments.minimum)
    evaluation_job.publish(arguments.output, evaluation, page(evaluation))
    print(as_text(evaluation))


def read_classes(path: Path) -> tuple[str, tuple[str, str]]:
    """The target, and its two labels; raises ValueError for a target that does not have two labels."""
    schema = json.loads(path.read_text(encoding="utf-8"))
    labels = schema.get("labels") or []
    if len(labels) != 2:
        raise ValueError(f"{path}: the target {schema['target']} has {len(labels)} labels, expected 2")
    no, yes = map(str, labels)
    return str(schema["target"]), (no, yes)


def read_labels(path: Path, classes: tuple[str, str]) -> list[bool]:
    """For each line, whether its label is the second class."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line not in classes:
            raise ValueError(f"{path}, line {number}: expected {' or '.join(classes)}, got {line[:80]!r}")
        found.append(line == classes[1])
    return found


def evaluate(observed: Sequence[bool], answered: Sequence[bool]) -> dict[str, Any]:
    """Metrics of the second class; `baseline` has those of answering the more frequent label to each row."""
    if len(observed) != len(answered):
        raise ValueError(f"expected {len(observed)} answers, one for each label, got {len(answered)}")
    if len({*observed}) != 2:
        raise ValueError("the labels of the test part are all the same; expected both")
    [(usual, _)] = Counter(observed).most_common(1)
    return {
        **of_classes(observed, answered),
        "baseline": of_classes(observed, [usual] * len(observed)),
    }


def page(evaluation: dict[str, Any]) -> str:
    """The report of an evaluation as HTML."""
    rows = [
        [name, *(f"{found[figure]:.3f}" for figure in FIGURES)]
        for name, found in (("the model", evaluation), ("the usual label", evaluation["baseline"]))
    ]
    counts = evaluation["confusion"]
    matrix = report_page.confusion_matrix(
        evaluation["classes"], [[counts["tn"], counts["fp"]], [counts["fn"], counts["tp"]]]
    )
    heading = f"AutoML: {evaluation['rows']} rows of the test part"
    shown = report_page.grid([report_page.figure(matrix, "Rows by observed and predicted label.")])
    return report_page.page(
        "AutoML: evaluation", heading, f"{report_page.table(('', *FIGURES), rows)}\n{shown}"
    )


def as_text(evaluation: dict[str, Any]) -> str:
    """The figures and the confusion matrix, its axes named."""
    confusion, (no, yes) = evaluation["confusion"], evaluation["classes"]
    figures = ", ".join(f"{name} {evaluation[name]:.3f}" for name in FIGURES)
    width = max(8, len(no), len(yes))
    side = f"{evaluation['target']} "
    indent = " " * (len(side) + width)
    return f"""\
{evaluation["rows"]} rows: {figures}

{indent}  predicted
{indent}  {no:>{width}}  {yes:>{width}}
{side}{no:>{width}}  {confusion["tn"]:{width}}  {confusion["fp"]:{width}}
{" " * len(side)}{yes:>{width}}  {confusion["fn"]:{width}}  {confusion["tp"]:{width}}"""


if __name__ == "__main__":
    main()
