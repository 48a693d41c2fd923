"""The second experiment: days of doubled load that a feature announces, and missing values."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
from load_series import STEP, Series

SHARE_OF_DAYS = 0.1
SHARE_MISSING = 0.1


def with_special_days(series: Sequence[Series], forecast_days: Sequence[datetime], seed: int) -> list[Series]:
    """The series with doubled load on random days, a tenth of them, and on the `forecast_days`.

    Then a tenth of all values is missing. The days of a series are its own; the same seed gives the same.
    """
    random = np.random.RandomState(seed)
    return [_uplifted(one, forecast_days, random) for one in series]


def _uplifted(series: Series, forecast_days: Sequence[datetime], random: np.random.RandomState) -> Series:
    points = len(series.loads)
    a_day = timedelta(days=1) // STEP
    days = -(-points // a_day)
    special = np.zeros(points)
    for day in random.randint(0, days, int(days * SHARE_OF_DAYS)):
        special[day * a_day : (day + 1) * a_day] = 1.0
    for moment in forecast_days:
        position = max(0, series.position(moment))
        special[position : position + a_day] = 1.0
    loads = np.where(random.random_sample(points) < SHARE_MISSING, np.nan, series.loads * (1.0 + special))
    return replace(series, loads=np.round(loads, 5), special=special)
