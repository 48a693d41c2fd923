"""Forecasting's scripts: the published format, two-hourly series, the cut, special days, accuracy."""

import gzip
import json
import math
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from model_scripts import load, run

electricity_file = load("forecast/prepare/electricity_file")
load_series = load("forecast/prepare/load_series")
special_days = load("forecast/prepare/special_days")
accuracy = load("forecast/evaluate/forecast_accuracy")
sample = load("forecast/sample/__main__")

OUTPUTS = ("train", "test", "windows", "truth", "series")
START = datetime(2014, 1, 1)


def text(*rows: str, clients: int = 2) -> str:
    header = ";".join(['""', *(f'"MT_{number:03}"' for number in range(1, clients + 1))])
    return "\n".join([header, *rows]) + "\n"


def quarters(*loads: str) -> list[str]:
    times = (START + timedelta(minutes=15 * (number + 1)) for number in range(len(loads)))
    return [f'"{time}";{load}' for time, load in zip(times, loads, strict=True)]


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "LD2011_2014.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def prepared(folder: Path, data: bytes, *options: str) -> dict[str, list[dict[str, Any]]]:
    (folder / "input").mkdir()
    (folder / "input" / "file").write_bytes(data)
    places = [part for name in OUTPUTS for part in (f"--{name}", folder / name)]
    done = run("forecast/prepare", "--input", folder / "input", *places, "--format", "json", *options)
    assert done.returncode == 0, done.stderr
    return {
        name: [json.loads(line) for line in (folder / name / f"{name}.json").read_text().splitlines()]
        for name in OUTPUTS
    }


@pytest.fixture(scope="module")
def data() -> bytes:
    """Five clients up to the end of September, as the public file writes them."""
    return sample.sample(273 * 96, 5, 3)  # type: ignore[no-any-return]


def test_a_decimal_comma_is_a_number_and_an_empty_cell_is_missing(tmp_path: Path) -> None:
    found = electricity_file.read(written(tmp_path, text(*quarters("1,5;2", ";0,25"))))

    assert found.clients == ["MT_001", "MT_002"]
    assert str(found.first) == "2014-01-01T00:15"
    np.testing.assert_array_equal(found.loads, [[1.5, 2.0], [np.nan, 0.25]])


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"\x1f\x8b\x08\x00", b"\x1f\x8b\x00"])
def test_a_damaged_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ValueError, match=r"^LD2011_2014.txt.*: not a table of cells"):
        electricity_file.read(written(tmp_path, content))


def test_plain_gzip_and_the_published_archive_are_the_same(tmp_path: Path) -> None:
    plain = text(*quarters("1,5;2", "3;4")).encode()
    packed = tmp_path / "archive"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("__MACOSX/._LD2011_2014.txt", "")
        archive.writestr("LD2011_2014.txt", plain)

    expected = electricity_file.read(written(tmp_path, plain)).loads
    for content in (gzip.compress(plain), packed.read_bytes()):
        np.testing.assert_array_equal(electricity_file.read(written(tmp_path, content)).loads, expected)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (text(*quarters("1;2", "x;4")), "line 3, column MT_001: not a number"),
        (text(*quarters("1;2", "3;4.5")), "line 3, column MT_002: not a number with a decimal comma"),
        (text(*quarters("1;2", "3;-4")), "line 3, column MT_002: a load below 0"),
        (text(*quarters("1;2", "inf;4")), "line 3, column MT_001: a load below 0, or an infinite one"),
        (text(*quarters("1;2", "3;4")).replace("00:30", "00:45"), "line 3: not 15 minutes after"),
        (text(*quarters("1;2", "3;4")).replace("2014-01-01", "New Year"), "else than timestamps"),
        (text(*quarters("1;2")), "at least two rows"),
        ("a,b\n1,2\n3,4\n", "a column for each client"),
        (text(*quarters("1;2", "3;4;5;6")), "not a table of cells"),
    ],
)
def test_what_is_not_the_published_format_is_refused_with_its_place(
    tmp_path: Path, content: str, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason) as refusal:
        electricity_file.read(written(tmp_path, content))
    assert str(refusal.value).startswith("LD2011_2014.txt")


def test_two_hours_are_the_eighth_of_eight_readings_from_the_first_load_on() -> None:
    loads = np.array([0.0] * 7 + [8.0] * 8 + [16.0] * 7 + [np.nan] + [np.nan] * 2 + [8.0] * 6)[:, None]
    readings = electricity_file.Readings(["a"], np.datetime64("2014-01-01T00:15"), loads)

    [series] = load_series.two_hourly(readings, START)

    # The readings of 00:15 to 01:45 are of the two hours from 00:00 on; two missing ones are too many.
    assert series.start == datetime(2014, 1, 1, 2)
    np.testing.assert_array_equal(series.loads, [8.0, 14.0, np.nan])


def test_a_client_without_any_load_is_left_out_and_earlier_years_are_cut_off() -> None:
    loads = np.stack([np.zeros(32), np.ones(32)], axis=1)
    readings = electricity_file.Readings(["a", "b"], np.datetime64("2013-12-31T20:15"), loads)

    [series] = load_series.two_hourly(readings, START)

    assert (series.client, series.start, len(series.loads)) == ("b", START, 2)


def test_training_ends_before_the_first_window_and_tests_are_cut_one_to_four_weeks_later(
    tmp_path: Path, data: bytes
) -> None:
    found = prepared(tmp_path, data)

    ends = {
        name: {
            datetime.fromisoformat(one["start"]) + len(one["target"]) * load_series.STEP
            for one in found[name]
        }
        for name in ("train", "test", "windows")
    }
    first, week = datetime(2014, 9, 1), timedelta(days=7)
    assert ends["train"] == {first}
    assert ends["test"] == {first + number * week for number in (1, 2, 3, 4)}
    assert ends["windows"] == {first + number * week for number in (0, 1, 2, 3)}
    assert len(found["test"]) == len(found["windows"]) == len(found["truth"]) == 4 * len(found["train"])
    assert all("cat" not in one and "dynamic_feat" not in one for one in found["train"])


def test_the_truth_of_a_window_follows_its_history(tmp_path: Path, data: bytes) -> None:
    found = prepared(tmp_path, data, "--categories", "client")

    whole = {one["client"]: one for one in found["series"]}
    for window, truth in zip(found["windows"], found["truth"], strict=True):
        series = whole[truth["client"]]
        cut = len(window["target"])
        assert window["target"] == series["target"][:cut]
        assert truth["target"] == series["target"][cut : cut + 84]
        assert window["cat"] == series["cat"]


def test_the_same_file_gives_the_same_bytes_in_either_format(tmp_path: Path, data: bytes) -> None:
    documents = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        prepared(folder, data)
        documents.append((folder / "train" / "train.json").read_bytes())
    assert documents[0] == documents[1]

    done = run(
        "forecast/prepare",
        *("--input", tmp_path / "one" / "input"),
        *(part for name in OUTPUTS for part in (f"--{name}", tmp_path / "zipped" / name)),
    )
    assert done.returncode == 0
    assert gzip.decompress((tmp_path / "zipped" / "train" / "train.json.gz").read_bytes()) == documents[0]


def test_special_days_have_twice_the_load_and_reach_over_the_window(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "special").mkdir()
    plain = prepared(tmp_path / "plain", data)["series"]
    found = prepared(tmp_path / "special", data, "--experiment", "special-days")

    for before, after in zip(plain, found["series"], strict=True):
        [special] = after["dynamic_feat"]
        days = np.array(special)
        assert 0.05 < days.mean() < 0.16
        assert "NaN" not in before["target"]
        missing = np.array([value == "NaN" for value in after["target"]])
        assert 0.07 < missing.mean() < 0.13
        ratio = np.array([math.nan if v == "NaN" else v for v in after["target"]]) / np.array(
            before["target"]
        )
        seen = ~missing & (np.array(before["target"]) > 0.01)
        np.testing.assert_allclose(ratio[seen], 1 + days[seen], rtol=0.01)
    for window in found["windows"]:
        [feature] = window["dynamic_feat"]
        assert len(feature) == len(window["target"]) + 84
        assert feature[len(window["target"])] == 1.0


def test_a_file_that_ends_too_early_is_refused(tmp_path: Path) -> None:
    (tmp_path / "input").mkdir()
    (tmp_path / "input" / "file").write_bytes(sample.sample(250 * 96, 2, 1))
    places = [part for name in OUTPUTS for part in (f"--{name}", tmp_path / name)]

    done = run("forecast/prepare", "--input", tmp_path / "input", *places)

    assert done.returncode == 1
    assert "no whole forecast window up to 2014-09-29" in done.stderr
    assert not (tmp_path / "train").exists()


def test_the_sample_has_the_published_format_and_the_same_bytes_for_a_seed(tmp_path: Path) -> None:
    assert sample.sample(100, 3, 7) == sample.sample(100, 3, 7) != sample.sample(100, 3, 8)

    found = electricity_file.read(written(tmp_path, sample.sample(100, 3, 7)))

    assert found.loads.shape == (100, 3)
    assert found.clients == ["MT_001", "MT_002", "MT_003"]


def test_the_naive_forecast_is_the_last_week_that_was_observed() -> None:
    history = np.array([1.0, 2.0, 3.0, 4.0, np.nan, 6.0])

    np.testing.assert_array_equal(accuracy.seasonal_naive(history, 3, season=3), [4.0, 2.0, 6.0])
    np.testing.assert_array_equal(
        accuracy.seasonal_naive(history[3:4], 4, season=2), [np.nan, 4.0, np.nan, 4.0]
    )


def forecast(observed: Any, quantiles: Any, naive: Any, window: int = 1) -> Any:
    return accuracy.Forecast(
        "a", window, "2014-09-01", np.array([1.0]), *map(np.array, (observed, quantiles, naive))
    )


def test_losses_are_those_of_the_formulas() -> None:
    quantiles = np.tile(np.array([[8.0]]), (9, 2))

    found = accuracy.accuracy([forecast([10.0, np.nan], quantiles, [10.0, 1.0])])

    # 2 below what was observed: each quantile's loss is 2 q, twice that over 10.
    assert math.isclose(found["wql"]["0.9"], 0.36)
    assert math.isclose(found["mean_wql"], 0.2)
    assert math.isclose(found["nd"], 0.2)
    assert found["naive_nd"] == found["naive_mean_wql"] == 0.0
    assert found["coverage_80"] == 0.0
    assert found["points"] == 1


@pytest.mark.parametrize(
    ("observed", "covered"), [(0.9, 0), (1.0, 1), (1.1, 1), (8.9, 1), (9.0, 1), (9.1, 0)]
)
def test_covered_is_what_lies_between_the_first_and_the_last_tenth(observed: float, covered: int) -> None:
    quantiles = np.arange(1.0, 10.0).reshape(9, 1)

    assert accuracy.accuracy([forecast([observed], quantiles, [1.0])])["coverage_80"] == covered


def test_the_deviation_is_that_of_the_median() -> None:
    quantiles = np.arange(1.0, 10.0).reshape(9, 1)

    assert math.isclose(accuracy.accuracy([forecast([10.0], quantiles, [8.0])])["nd"], 0.5)
    assert math.isclose(accuracy.accuracy([forecast([10.0], quantiles, [8.0])])["naive_nd"], 0.2)


@given(arrays(np.float64, 12, elements=st.floats(0, 1e6)), st.floats(0, 1e6))
def test_a_point_forecast_has_a_mean_loss_of_its_deviation(observed: Any, value: float) -> None:
    if not observed.sum() > 1e-6:
        return
    one = forecast(observed, np.full((9, 12), value), np.full(12, value))

    found = accuracy.accuracy([one])

    assert math.isclose(found["mean_wql"], found["nd"], rel_tol=1e-9)
    assert math.isclose(found["mean_wql"], found["naive_mean_wql"], rel_tol=1e-9)
    assert math.isclose(found["skill"], 0.0, abs_tol=1e-9)


def test_windows_without_any_load_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="no load other than 0"):
        accuracy.accuracy([forecast([0.0, 0.0], np.zeros((9, 2)), [0.0, 0.0])])


def answered(folder: Path, forecasts: list[dict[str, Any]]) -> Path:
    (folder / "scores").mkdir(exist_ok=True)
    (folder / "scores" / "windows.json.out").write_text("".join(json.dumps(one) + "\n" for one in forecasts))
    return folder / "scores"


def test_the_evaluation_says_how_far_a_model_is_from_its_minimum(tmp_path: Path, data: bytes) -> None:
    found = prepared(tmp_path, data)
    perfect = [
        {"quantiles": dict.fromkeys(accuracy.QUANTILES, one["target"]), "mean": one["target"]}
        for one in found["truth"]
    ]
    folders = ["--windows", tmp_path / "windows", "--truth", tmp_path / "truth"]

    done = run(
        "forecast/evaluate",
        *folders,
        *("--scores", answered(tmp_path, perfect), "--output", tmp_path / "output", "--minimum-skill", "0.3"),
    )

    assert done.returncode == 0, done.stderr
    evaluation = json.loads((tmp_path / "output" / "evaluation.json").read_text())
    assert evaluation["mean_wql"] == 0
    assert evaluation["coverage_80"] == 1
    assert (evaluation["skill"], evaluation["skill_shortfall"]) == (1, 0)
    assert evaluation["windows"] == len(evaluation["by_window"]) == 4
    page = (tmp_path / "output" / "evaluation.html").read_text()
    assert page.count("<svg") >= 3
    assert "http" not in page.replace("http://www.w3.org", "")

    done = run(
        "forecast/evaluate",
        *folders,
        *("--scores", answered(tmp_path, perfect[1:]), "--output", tmp_path / "other"),
    )
    assert done.returncode == 1
    assert "expected as many of each" in done.stderr
    assert not (tmp_path / "other").exists()
