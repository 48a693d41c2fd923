from typing import Any

import pytest

from local.pipeline.durations import seconds_of

DAY = 24 * 60 * 60


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("P1Y", 365 * DAY),
        ("P1M", 30 * DAY),
        ("P2W", 14 * DAY),
        ("P30D", 30 * DAY),
        ("30d", 30 * DAY),
        ("PT12H", DAY / 2),
        ("PT1M", 60),
        ("T5S", 5),
        ("P1Y2M3W4DT5H6M7S", (365 + 60 + 21 + 4) * DAY + 5 * 3600 + 6 * 60 + 7),
    ],
)
def test_a_duration_is_so_many_seconds(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1", "1.5D", "P-1D", "P1D2M", "P1H", " P1D", "P\u0661D", None, 7]
)
def test_what_is_no_duration_is_refused(text: Any) -> None:
    with pytest.raises(ValueError, match="is not a duration such as P30D"):
        seconds_of(text)
