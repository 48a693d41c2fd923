"""The page of an experiment: its trial components as a list and as charts, complete in itself."""

import html
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from local.experiments import table
from local.experiments.recording import read
from local.pipeline.record import ExecutionRecord
from local.storage.files import write_whole
from local.storage.workspace import Workspace

_FOLDER = Path(__file__).parent / "page"
# What the workshop's chart shows: a validation metric by the objective.
_FIRST_X = "validation:"
_FIRST_Y = "ObjectiveMetric_max"
_ALWAYS = ("component", "step", "status", "seconds")


def write(workspace: Workspace, workload: str, records: Sequence[ExecutionRecord]) -> Path | None:
    """Write `<reports>/<workload>-experiments.html` of the executions, and return its path; None where none
    of them has a component."""
    found = components(workspace, records)
    if not found:
        return None
    path = workspace.reports / f"{workload}-experiments.html"
    title = f"Experiments of {workload}"
    about = f"Execution{'s' if len(records) > 1 else ''} {', '.join(one.id for one in records)}"
    write_whole(path, page(title, about, found))
    return path


def components(workspace: Workspace, records: Sequence[ExecutionRecord]) -> list[dict[str, Any]]:
    """Those of the executions, each once, although a later execution may have taken it over."""
    found = {one["TrialComponentName"]: one for record in records for one in read(workspace.runs / record.id)}
    return list(found.values())


def page(title: str, about: str, found: Sequence[Mapping[str, Any]]) -> str:
    """The page as HTML. The same data as JSON are in its element `data`."""
    rows = [table.row(one) for one in found]
    shown = {*_ALWAYS, *table.differing(rows)}
    data = {
        "about": about,
        "columns": [name for name in table.names(rows) if name in shown],
        "rows": rows,
        "series": [one["Series"] for one in found],
        "first": _first(rows, found),
    }
    # No text of a component ends the element that holds it.
    content = json.dumps(data).replace("<", "\\u003c")
    parts = {
        "title": html.escape(title),
        "style": (_FOLDER / "style.css").read_text(encoding="utf-8"),
        "script": (_FOLDER / "experiments.js").read_text(encoding="utf-8"),
        "data": content,
    }
    template = (_FOLDER / "page.html").read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], template)


def _first(rows: Sequence[table.Row], found: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The axes, the metric and the order that the page begins with; what is left out the page chooses."""
    columns = [name for one in found for name in table.metrics(one)]
    metrics = [one["MetricName"] for component in found for one in component["Metrics"]]
    lowest = [name for name in columns if name.endswith("_min")]
    highest = [name for name in columns if name.endswith("_max")]
    validation = [name for name in lowest if name.startswith(_FIRST_X)]
    first = {
        "x": next(iter(validation + lowest), ""),
        "y": _FIRST_Y if _FIRST_Y in columns else next(iter(highest), ""),
        "metric": next(iter(metrics), ""),
        "sort": table.OBJECTIVE if table.OBJECTIVE in columns else "",
    }
    return {name: value for name, value in first.items() if value}
