"""A tuning job's trials as a chart: the objective over their order and over each hyperparameter."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from local.jobs.tuning.definition import Definition
from local.jobs.tuning.space import is_logarithmic
from local.jobs.tuning.trials import STOPPED, Trial

_COLORS = ("tab:blue", "tab:orange", "tab:green", "tab:purple", "tab:brown")
_ALONE = "0.55"


def draw(path: Path, best: Sequence[Trial], definitions: Sequence[Definition]) -> None:
    """Draw the trials, which are sorted with the best first: a row and a color for each definition.

    The best of all is red, and those that were stopped are hollow.
    """
    # Imported here: it takes a second. Figures of their own, since other threads may draw, too.
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    by_name = {one.name: [each for each in best if each.definition == one.name] for one in definitions}
    rows = {name: row for name, row in by_name.items() if row}
    columns = 1 + max(len(row[0].hyperparameters) for row in rows.values())
    figure = Figure(figsize=(3.2 * columns, 3.2 * len(rows)), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(len(rows), columns, sharey=True, squeeze=False)
    logarithmic = {
        (one.name, each.name) for one in definitions for each in one.ranges if is_logarithmic(each)
    }
    for number, (panels, row) in enumerate(zip(grid, rows.values(), strict=True)):
        color = _COLORS[number % len(_COLORS)] if len(rows) > 1 else _ALONE
        _draw_row(panels, row, color, best[0])
        panels[0].set_xlim(0, max(one.number for one in best) + 1)
        for panel, name in zip(panels[1:], row[0].hyperparameters, strict=False):
            if (row[0].definition, name) in logarithmic:
                panel.set_xscale("log")
    temporary = path.with_name(f".{path.name}")
    figure.savefig(temporary, format="png", dpi=110, metadata={"Software": None})
    temporary.replace(path)


def _draw_row(panels: Sequence[Any], row: Sequence[Trial], color: str, best: Trial) -> None:
    by_panel = [
        ("trial", [one.number for one in row]),
        *((name, _positions([one.hyperparameters[name] for one in row])) for name in row[0].hyperparameters),
    ]
    values = [one.value or 0.0 for one in row]
    faces = ["none" if one.status == STOPPED else color for one in row]
    for panel, (label, positions) in zip(panels, by_panel, strict=False):
        panel.scatter(positions, values, s=36, edgecolors=color, facecolors=faces)
        if row[0] is best:
            panel.plot(positions[:1], values[:1], "o", color="tab:red", label="best")
        panel.set_xlabel(label)
        panel.spines[["top", "right"]].set_visible(False)
    for panel in panels[len(by_panel) :]:
        panel.set_visible(False)
    panels[0].set_ylabel(row[0].objective)
    panels[0].set_title(row[0].definition or "", fontsize="medium")
    if row[0] is best:
        panels[0].legend(frameon=False)


def _positions(texts: Sequence[str]) -> Sequence[float | str]:
    try:
        return [float(text) for text in texts]
    except ValueError:
        return texts
