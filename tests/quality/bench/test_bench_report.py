"""What the benchmark makes of its samples: ratios, targets and the page."""

from dataclasses import asdict

import pytest

from quality.bench.figures import FIGURES, Samples, targets
from quality.bench.page import page

SIDES = ("usual", "usual on ours", "ours", "ours npy", "empty", "floor")


def samples(better: float = 40.0) -> Samples:
    """Two repetitions in which every side is `better` times as good as the usual one."""
    found = Samples()
    for figure in FIGURES:
        for side in SIDES:
            for base in (10.0, 20.0):
                ratio = 1.0 if side == "usual" else better
                found.add(figure.key, side, base * ratio if figure.more else base / ratio)
    found.add("transform.peak", "ours", 200)
    found.add("transform.growth", "ours", 1.0)
    return found


def test_a_ratio_is_the_median_of_each_repetitions_own() -> None:
    found = Samples()
    for usual, ours in ((10.0, 1.0), (40.0, 2.0), (30.0, 2.0)):
        found.add("row.1.cpu", "usual", usual)
        found.add("row.1.cpu", "ours", ours)

    assert found.ratio("row.1.cpu", "ours") == 15.0


def test_more_is_better_where_the_figure_is_a_rate() -> None:
    assert samples(better=3.0).ratio("bulk.1MB", "ours") == pytest.approx(3.0)
    assert samples(better=3.0).ratio("row.1.p50", "ours") == pytest.approx(3.0)


def test_every_target_holds_or_is_missed_by_its_own_limit() -> None:
    assert all(one.holds for one in targets(samples(better=40.0)))

    missed = {one.title for one in targets(samples(better=2.0)) if not one.holds}
    assert "any size from 10 rows up: times the rate" in missed
    assert "one row, 1 client: times less CPU" in missed
    assert "one row, 1 client: p50 over the floor's" not in missed


def test_the_page_shows_medians_with_their_spread_and_what_was_missed() -> None:
    found = samples(better=2.0)
    document = {
        "machine": {"cpus": 2, "python": "3.12.1", "load": 0.0},
        "repetitions": 2,
        "seconds": 100,
        "figures": found.report(),
        "transform": {"rows": 1_000_000, "seconds": 9.5, "peak_mb": 200},
        "lambda": {
            "function": "predict_churn",
            "zipped_bytes": 6_900_000,
            "import_cpu_ms": 400.0,
            "import_ratio": 2.5,
        },
        "targets": [{**asdict(one), "holds": one.holds} for one in targets(found)],
    }

    text = page(document)

    assert "| one row, 1 client: times less CPU | at least 17 | 2 | **no** |" in text
    assert "15 (10 to 20) | 7.5 (5 to 10), 2.0 times" in text
    assert "| 1,000,000 rows through a transform job | 9.5 s |" in text
