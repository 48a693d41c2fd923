"""Draw a forecast of one series, or the first ten series: PNG and a self-contained page.

  request  write the request for an endpoint that has the model (DeepAR's JSON) to standard output
  draw     draw the endpoint's answer to that request
  series   draw the first ten series over the two weeks before the end of training

Series are the lines of series.json, which the preparation writes. `make forecast-plot` calls all of these.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import forecast_figure
import numpy as np
from forecast_figure import POINTS_A_DAY, STEP, Forecast, Line, Values

HORIZON = 84
END_OF_TRAINING = datetime(2014, 9, 1)
SHOWN_SERIES, SHOWN_DAYS = 10, 14
_DRAWN_PATHS = 12
_SEED = 1729


@dataclass(frozen=True)
class Loads:
    """A series of the file; `special` marks the days of the second experiment, where it was prepared."""

    client: str
    line: Line
    category: list[int] | None
    special: Values | None


@dataclass(frozen=True)
class Question:
    """A forecast of one series, made `day` days after the end of training, with a share of its history
    missing; `samples` says whether paths are drawn."""

    loads: Loads
    day: int
    confidence: int
    missing: float
    samples: bool

    @property
    def start(self) -> datetime:
        return END_OF_TRAINING + timedelta(days=self.day)

    @property
    def quantiles(self) -> tuple[str, str, str]:
        """The median between the ends of the interval."""
        outside = (100 - self.confidence) / 200
        return f"{outside:g}", "0.5", f"{1 - outside:g}"

    def history(self) -> Line:
        """The loads up to the forecast, without the share that is to be missing: always the same points."""
        line = self.loads.line
        values = line.values[: (self.start - line.start) // STEP].copy()
        drawn = np.random.RandomState(_SEED).random_sample(len(values))
        values[drawn < self.missing] = np.nan
        return Line(line.start, values)

    def special(self) -> Values | None:
        """The special days over the history and the forecast; the file knows none after its end."""
        if self.loads.special is None:
            return None
        over = np.zeros(len(self.history().values) + HORIZON)
        known = self.loads.special[: len(over)]
        over[: len(known)] = known
        return over


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="plot", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=["request", "draw", "series"])
    parser.add_argument("--data", type=Path, required=True, metavar="FILE", help="series.json")
    parser.add_argument("--series", type=int, default=0, help="which one, from 0 on (default 0)")
    parser.add_argument("--day", type=int, default=7, help="days from the end of training (default 7)")
    parser.add_argument("--confidence", type=int, default=80, help="of the interval, in percent (default 80)")
    parser.add_argument("--weeks", type=int, default=2, help="how much history is drawn (default 2)")
    parser.add_argument("--missing", type=float, default=0.0, help="share of the history that is left out")
    parser.add_argument("--samples", action="store_true", help="draw sample paths, too")
    parser.add_argument("--answer", type=Path, metavar="FILE", help="what the endpoint answered (draw)")
    parser.add_argument("--output", type=Path, metavar="STEM", help="files to write, without suffix")
    arguments = parser.parse_args(argv)
    try:
        loads = read(arguments.data)
        if arguments.command == "series":
            draw_series(loads[:SHOWN_SERIES], arguments.output)
            return
        question = asked(arguments, loads)
        if arguments.command == "request":
            json.dump(request(question), sys.stdout)
        else:
            [prediction] = json.loads(arguments.answer.read_text())["predictions"]
            draw(question, prediction, arguments.weeks, arguments.output)
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"error: {error}")


def asked(arguments: argparse.Namespace, loads: Sequence[Loads]) -> Question:
    """The question of the command line; raises ValueError for one that the data cannot answer."""
    if not 0 <= arguments.series < len(loads):
        raise ValueError(f"SERIES is {arguments.series}; the file has the series 0 to {len(loads) - 1}")
    if not 1 <= arguments.confidence <= 99:
        raise ValueError(f"CONFIDENCE is {arguments.confidence}; it can be 1 to 99 percent")
    if not 0 <= arguments.missing < 1:
        raise ValueError(f"MISSING is {arguments.missing:g}; it is a share from 0 to less than 1")
    if arguments.weeks < 1:
        raise ValueError(f"WEEKS is {arguments.weeks}; draw one at least")
    chosen = loads[arguments.series]
    first = (chosen.line.start + HORIZON * STEP - END_OF_TRAINING).days + 1
    last = (chosen.line.start + len(chosen.line.values) * STEP - END_OF_TRAINING).days
    if not first <= arguments.day <= last:
        raise ValueError(
            f"DAY is {arguments.day}; this series can be forecast from day {first} to day {last}"
        )
    return Question(chosen, arguments.day, arguments.confidence, arguments.missing, arguments.samples)


def request(question: Question) -> dict[str, Any]:
    """The request for the endpoint; samples are asked for where they are drawn."""
    history, loads, special = question.history(), question.loads, question.special()
    instance: dict[str, Any] = {
        "start": str(history.start),
        "target": ["NaN" if np.isnan(value) else value for value in history.values.tolist()],
    }
    if loads.category is not None:
        instance["cat"] = loads.category
    if special is not None:
        instance["dynamic_feat"] = [special.tolist()]
    types = ["quantiles", "samples"] if question.samples else ["quantiles"]
    wanted = {"num_samples": 100, "output_types": types, "quantiles": list(question.quantiles)}
    return {"instances": [instance], "configuration": wanted}


def draw(question: Question, prediction: Any, weeks: int, output: Path) -> None:
    """Draw what was answered, beside what was observed then."""
    history = question.history()
    shown = history.last(weeks * 7 * POINTS_A_DAY)
    before = len(history.values)
    truth = Line(question.start, question.loads.line.values[before : before + HORIZON])
    low, median, high = (np.array(prediction["quantiles"][name]) for name in question.quantiles)
    paths = [np.array(path) for path in prediction.get("samples", [])[:_DRAWN_PATHS]]
    title = f"{question.loads.client}: forecast of {question.start:%Y-%m-%d}"
    if question.missing:
        title += f", {question.missing:.0%} of the history missing"
    special = question.special()
    feature = None if special is None else Line(shown.start, special[before - len(shown.values) :])
    forecast = Forecast(question.start, low, median, high, question.confidence, paths)
    figure = forecast_figure.forecast_figure(title, shown, truth, forecast, feature)
    tell(forecast_figure.write(figure, output, title))


def draw_series(loads: Sequence[Loads], output: Path) -> None:
    lines = [
        Line(one.line.start, one.line.values[: max(0, (END_OF_TRAINING - one.line.start) // STEP)])
        for one in loads
    ]
    shown = [line.last(SHOWN_DAYS * POINTS_A_DAY) for line in lines]
    figure = forecast_figure.series_figure([one.client for one in loads], shown)
    tell(forecast_figure.write(figure, output, "Electricity loads"))


def read(path: Path) -> list[Loads]:
    found = []
    for text in path.read_text().splitlines():
        document = json.loads(text)
        values = [np.nan if value == "NaN" else value for value in document["target"]]
        line = Line(datetime.fromisoformat(document["start"]), np.array(values, dtype=np.float64))
        features = document.get("dynamic_feat")
        special = np.array(features[0]) if features else None
        found.append(Loads(document["client"], line, document.get("cat"), special))
    return found


def tell(paths: Sequence[Path]) -> None:
    for path in paths:
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
