"""Compare rolling forecasts with what was observed and with the week before: evaluation.json and .html.

Reads windows.json and truth.json of the preparation, and what a batch transform wrote (*.out): JSON lines
with `quantiles` in the order of the windows.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import evaluation_job
import numpy as np
from forecast_accuracy import (
    QUANTILES,
    Forecast,
    Values,
    accuracy,
    by_window,
    seasonal_naive,
    summary,
)
from forecast_report import page
from job_files import transform_outputs


def main(argv: Sequence[str] | None = None) -> None:
    parser = evaluation_job.parser(__doc__, "skill", windows="windows.json", truth="truth.json")
    arguments = parser.parse_args(argv)
    with evaluation_job.refusing():
        forecasts = list(read(arguments.windows, arguments.truth, arguments.scores))
        evaluation = evaluate(forecasts)
    evaluation_job.judge(evaluation, "skill", arguments.minimum)
    evaluation_job.publish(arguments.output, evaluation, page(evaluation, forecasts))
    print(
        f"{evaluation['forecasts']} forecasts of {evaluation['series']} clients "
        f"in {evaluation['windows']} windows"
    )
    print(summary(evaluation))


def evaluate(forecasts: Sequence[Forecast]) -> dict[str, Any]:
    """The metrics of all forecasts, and of each window."""
    return {
        **accuracy(forecasts),
        "windows": len({one.window for one in forecasts}),
        "series": len({one.client for one in forecasts}),
        "forecasts": len(forecasts),
        "by_window": by_window(forecasts),
    }


def read(windows: Path, truth: Path, scores: Path) -> Iterator[Forecast]:
    """The forecasts in their order; raises ValueError where the three do not belong together."""
    asked = lines(windows / "windows.json")
    seen = lines(truth / "truth.json")
    answers = [answer for path in transform_outputs(scores) for answer in lines(path)]
    if not len(asked) == len(seen) == len(answers):
        raise ValueError(
            f"{len(asked)} windows, {len(seen)} observations and {len(answers)} forecasts; "
            "expected as many of each"
        )
    for number, (request, one, answer) in enumerate(zip(asked, seen, answers, strict=True), start=1):
        observed, history = values(one["target"]), values(request["target"])
        try:
            quantiles = np.array([answer["quantiles"][name] for name in QUANTILES], dtype=np.float64)
        except (KeyError, TypeError, ValueError):
            raise ValueError(f"forecast {number} lacks the quantiles {', '.join(QUANTILES)}") from None
        if quantiles.shape != (len(QUANTILES), len(observed)) or not np.isfinite(quantiles).all():
            raise ValueError(f"forecast {number} does not have {len(observed)} numbers for each quantile")
        naive = seasonal_naive(history, len(observed))
        yield Forecast(one["client"], one["window"], one["start"], history, observed, quantiles, naive)


def lines(path: Path) -> list[dict[str, Any]]:
    found = []
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        try:
            found.append(json.loads(line))
        except ValueError:
            raise ValueError(f"{path}, line {number}: not JSON") from None
    return found


def values(target: Sequence[Any]) -> Values:
    return np.array([np.nan if value in (None, "NaN") else value for value in target], dtype=np.float64)


if __name__ == "__main__":
    main()
