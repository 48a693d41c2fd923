"""Compare the emojis recommended for the test part with those that the tweets had: evaluation.json and .html.

The answers are what a batch transform wrote (*.out). The baseline is the linear model alone, scored here from
its archive; a model worse than that is not good enough, whatever the minimum is.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import emoji_answers
import evaluation_job
import model_archive
from emoji_answers import Answered
from emoji_figures import evaluate
from emoji_linear import Linear
from emoji_report import page
from job_files import only_file
from tweet_text import clean


def main(argv: Sequence[str] | None = None) -> None:
    parser = evaluation_job.parser(__doc__, "top1", labels="labels", tweets="tweets", linear="model.tar.gz")
    arguments = parser.parse_args(argv)
    with evaluation_job.refusing():
        answers = emoji_answers.read(arguments.labels, arguments.tweets, arguments.scores)
        if not answers:
            raise ValueError(f"{arguments.labels}: there is no label; expected one or more")
        evaluation = evaluate(answers, _baseline(only_file(arguments.linear), answers))
    least = max(arguments.minimum or 0.0, evaluation["baseline_top1"])
    evaluation_job.judge(evaluation, "top1", least)
    evaluation_job.publish(arguments.output, evaluation, page(evaluation, answers))
    print(
        f"{evaluation['rows']} tweets: top-1 {evaluation['top1']:.3f}, top-5 {evaluation['top5']:.3f}; the "
        f"linear model {evaluation['baseline_top1']:.3f} and {evaluation['baseline_top5']:.3f}; "
        f"calibration error {evaluation['calibration']['ece']:.3f}"
    )


def _baseline(archive: Path, answers: Sequence[Answered]) -> list[list[int]]:
    """What the linear model says of each tweet: labels, best first."""
    with tempfile.TemporaryDirectory() as scratch:
        model_archive.unpack(archive, Path(scratch))
        linear = Linear.load(Path(scratch, "linear"))
    return [_ranked(linear.logits(clean(one.tweet))) for one in answers]


def _ranked(logits: Sequence[float]) -> list[int]:
    return sorted(range(len(logits)), key=lambda label: -logits[label])


if __name__ == "__main__":
    main()
