"""Recorded series of a forecast, as its preparation has left them."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from assembly import Assembly
from assembly.errors import SlipwayError
from local.pipeline.held_out import HeldOut
from local.storage.workspace import Workspace

# The preparation's, whose files do not say it: two hours.
STEP = timedelta(hours=2)
# Of the newest values of a series: a hundred days to forecast, twenty weeks before them, and the horizon.
_LONGEST = 4000
_SERIES = 10


def recorded(declared: Assembly, workspace: Workspace, workload: str) -> Mapping[str, Any] | None:
    """The first series of the workload's last training; None before one, and where its preparation writes
    none."""
    with suppress(SlipwayError, OSError, ValueError, KeyError, TypeError):
        [windows] = HeldOut.of_last_training(declared, workspace, workload).rows
        # The preparation writes all series beside the windows that are evaluated.
        found = first_series(windows.parent.parent / "series" / "series.json")
        return {"step": int(STEP.total_seconds()), "series": found}
    return None


def first_series(path: Path) -> Sequence[Mapping[str, Any]]:
    """Those of a file of JSON lines, each its start and its values, of which only the newest are kept."""
    with path.open(encoding="utf-8") as lines:
        return [
            _series(number, json.loads(line)) for number, line in enumerate(islice(lines, _SERIES), start=1)
        ]


def _series(number: int, document: Mapping[str, Any]) -> Mapping[str, Any]:
    values = [None if one == "NaN" else one for one in document["target"]]
    left_out = max(0, len(values) - _LONGEST)
    start = datetime.fromisoformat(document["start"]) + left_out * STEP
    return {"name": str(number), "start": f"{start:%Y-%m-%d %H:%M:%S}", "values": values[left_out:]}
