"""The plots of forecasts: what is asked of the endpoint, what is drawn, and what cannot be."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from model_scripts import load, run

plot = load("forecast/plot/__main__")

POINTS = 12 * 270
START = datetime(2014, 1, 1)


def written(folder: Path, **members: Any) -> Path:
    """A file of two series, the second of which begins in August."""
    late = (datetime(2014, 8, 20) - START) // timedelta(hours=2)
    loads = [10.0 + point % 12 for point in range(POINTS)]
    series = [
        {"client": "MT_001", "start": str(START), "target": loads, **members},
        {"client": "MT_002", "start": "2014-08-20 00:00:00", "target": loads[late:]},
    ]
    path = folder / "series.json"
    path.write_text("".join(json.dumps(one) + "\n" for one in series))
    return path


def asked(data: Path, *options: object) -> Any:
    done = run("forecast/plot", "request", "--data", data, *options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_request_has_the_history_up_to_the_day_and_the_ends_of_the_interval(tmp_path: Path) -> None:
    request = asked(written(tmp_path), "--day", 21, "--confidence", 90, "--samples")

    [instance] = request["instances"]
    assert len(instance["target"]) == (datetime(2014, 9, 22) - START) // timedelta(hours=2)
    assert request["configuration"]["quantiles"] == ["0.05", "0.5", "0.95"]
    assert request["configuration"]["output_types"] == ["quantiles", "samples"]


def test_a_share_of_the_history_is_missing_and_always_the_same(tmp_path: Path) -> None:
    data = written(tmp_path)

    request = asked(data, "--missing", 0.2)

    target = request["instances"][0]["target"]
    assert 0.17 < target.count("NaN") / len(target) < 0.23
    assert asked(data, "--missing", 0.2) == request


def test_special_days_reach_over_the_forecast(tmp_path: Path) -> None:
    request = asked(written(tmp_path, dynamic_feat=[[1.0] * POINTS]), "--day", 21)

    [instance] = request["instances"]
    [feature] = instance["dynamic_feat"]
    known = POINTS - len(instance["target"])
    assert feature[len(instance["target"]) :] == [1.0] * known + [0.0] * (84 - known)


@pytest.mark.parametrize("special", [False, True])
def test_a_forecast_is_drawn_as_png_and_as_a_page_that_loads_nothing(tmp_path: Path, special: bool) -> None:
    members = {"dynamic_feat": [[0.0] * POINTS]} if special else {}
    data = written(tmp_path, **members)
    answer = tmp_path / "answer.json"
    levels = {name: [value] * 84 for name, value in (("0.1", 9.0), ("0.5", 12.0), ("0.9", 15.0))}
    answer.write_text(json.dumps({"predictions": [{"quantiles": levels, "samples": [[11.0] * 84] * 3}]}))

    drawn = []
    for name in ("one", "two"):
        options = ("--samples", "--answer", answer, "--output", tmp_path / name)
        done = run("forecast/plot", "draw", "--data", data, *options)
        assert done.returncode == 0, done.stderr
        drawn.append([(tmp_path / f"{name}.{kind}").read_bytes() for kind in ("png", "html")])

    png, page = drawn[0]
    assert drawn[0] == drawn[1]
    assert png.startswith(b"\x89PNG")
    assert page.count(b"<svg") == 1
    assert not [word for word in (b"<script", b"<link", b'src="http', b"@import") if word in page]


def test_the_figure_shows_every_part_and_the_feature_in_a_panel_below() -> None:
    line = plot.Line(START, np.ones(24))
    flat = np.ones(84)
    forecast = plot.Forecast(START, flat, 2 * flat, 3 * flat, 80, [flat])

    plain = plot.forecast_figure.forecast_figure("a", line, line, forecast, None)
    marked = plot.forecast_figure.forecast_figure("a", line, line, forecast, line)

    labels = {text.get_text() for text in plain.axes[0].get_legend().get_texts()}
    assert labels == {"sample paths", "80 % interval", "observed", "median"}
    assert [len(plain.axes), len(marked.axes)] == [1, 2]
    assert marked.axes[1].get_ylabel() == "special day"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--series", 7), "SERIES is 7; the file has the series 0 to 1"),
        (("--series", 1, "--day", -10), "can be forecast from day -4 to day 27"),
        (("--day", 28), "DAY is 28"),
        (("--confidence", 100), "CONFIDENCE is 100"),
        (("--missing", 1), "MISSING is 1"),
        (("--weeks", 0), "WEEKS is 0"),
    ],
)
def test_what_the_data_cannot_show_is_refused_by_the_name_that_people_typed(
    tmp_path: Path, options: tuple[object, ...], reason: str
) -> None:
    done = run("forecast/plot", "request", "--data", written(tmp_path), *options)

    assert done.returncode == 1
    assert reason in done.stderr


def test_the_first_ten_series_are_drawn(tmp_path: Path) -> None:
    done = run("forecast/plot", "series", "--data", written(tmp_path), "--output", tmp_path / "series")

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "series.png").stat().st_size > 10_000
