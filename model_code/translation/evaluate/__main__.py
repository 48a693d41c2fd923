"""Compare translations of the test part with its references: evaluation.json and evaluation.html.

The answers are what a batch transform wrote (*.out): JSON lines `{"target": "..."}` in the order of the
references. BLEU is sacrebleu's, of the words as both sides have them.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import evaluation_job
import sacrebleu
from job_files import transform_outputs
from translation_report import Example, page


def main(argv: Sequence[str] | None = None) -> None:
    arguments = evaluation_job.parser(__doc__, "bleu", labels="references.jsonl").parse_args(argv)
    with evaluation_job.refusing():
        references = read(arguments.labels / "references.jsonl", ("source", "target"))
        answers = [
            answer for path in transform_outputs(arguments.scores) for answer in read(path, ("target",))
        ]
        evaluation, examples = evaluate(references, answers)
    evaluation_job.judge(evaluation, "bleu", arguments.minimum)
    evaluation_job.publish(arguments.output, evaluation, page(evaluation, examples))
    print(
        f"{evaluation['sentences']} sentences: BLEU {evaluation['bleu']:.2f}, "
        f"{evaluation['exact']:.1%} as the reference has them"
    )


def read(path: Path, names: Sequence[str]) -> list[dict[str, str]]:
    """The objects of JSON lines, each with these names and a text for each."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").removesuffix("\n").split("\n"), 1):
        try:
            document = json.loads(line)
        except ValueError:
            document = None
        if not isinstance(document, dict) or not all(isinstance(document.get(name), str) for name in names):
            expected = ", ".join(f'"{name}": "..."' for name in names)
            raise ValueError(f"{path}, line {number}: expected {{{expected}}}")
        found.append(document)
    return found


def evaluate(
    references: Sequence[dict[str, str]], answers: Sequence[dict[str, str]]
) -> tuple[dict[str, Any], list[Example]]:
    """BLEU (0 to 100) with its signature, the share of sentences that are exactly the reference's, and each
    sentence with its own BLEU."""
    if len(references) != len(answers):
        raise ValueError(f"{len(answers)} answers for {len(references)} references; expected as many")
    metric = sacrebleu.BLEU(tokenize="none", force=True)
    wanted = [reference["target"] for reference in references]
    given = [answer["target"] for answer in answers]
    score = metric.corpus_score(given, [wanted])
    sentence_metric = sacrebleu.BLEU(tokenize="none", force=True, effective_order=True)
    examples = [
        Example(reference["source"], one, other, sentence_metric.sentence_score(other, [one]).score)
        for reference, one, other in zip(references, wanted, given, strict=True)
    ]
    exact = sum(one == other for one, other in zip(wanted, given, strict=True))
    evaluation = {
        "sentences": len(references),
        "bleu": round(float(score.score), 4),
        "exact": exact / len(references),
        "brevity_penalty": float(score.bp),
        "precisions": [round(float(one), 4) for one in score.precisions],
        "signature": str(metric.get_signature()),
    }
    return evaluation, examples


if __name__ == "__main__":
    main()
