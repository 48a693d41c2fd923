"""The trials of a tuning job, as a table and as a chart."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from local.storage.files import write_whole


@dataclass(frozen=True)
class Trial:
    """One training: its place in the order, its hyperparameters, and its objective or why it has none."""

    number: int
    job: str
    hyperparameters: Mapping[str, str]
    value: float | None
    fault: str | None = None

    @property
    def tried(self) -> str:
        return ", ".join(f"{name} {value}" for name, value in self.hyperparameters.items())


def best_first(trials: Sequence[Trial], *, maximize: bool) -> list[Trial]:
    """The trials with an objective, best first; of two equal ones the earlier first."""
    measured = [one for one in trials if one.value is not None]
    return sorted(measured, key=lambda one: -(one.value or 0.0) if maximize else (one.value or 0.0))


def write(folder: Path, objective: str, trials: Sequence[Trial], *, maximize: bool) -> None:
    """`trials.json` in the order of the trials, and `trials.png`: the objective over it and over each
    hyperparameter."""
    best = best_first(trials, maximize=maximize)
    content = {
        "objective": objective,
        "maximize": maximize,
        "best": best[0].job if best else None,
        "trials": [asdict(one) for one in trials],
    }
    write_whole(folder / "trials.json", json.dumps(content, indent=2) + "\n")
    if best:
        _draw(folder / "trials.png", objective, best)


def _draw(path: Path, objective: str, best: Sequence[Trial]) -> None:
    # Imported here: it takes a second. Figures of their own, since other threads may draw, too.
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    names = list(best[0].hyperparameters)
    figure = Figure(figsize=(3.2 * (len(names) + 1), 3.2), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(1, len(names) + 1, sharey=True)
    values = [one.value or 0.0 for one in best]
    by_panel = [
        ("trial", [one.number for one in best]),
        *((name, _positions([one.hyperparameters[name] for one in best])) for name in names),
    ]
    for panel, (label, positions) in zip(panels, by_panel, strict=True):
        panel.plot(positions, values, "o", color="0.55")
        panel.plot(positions[:1], values[:1], "o", color="tab:red", label="best")
        panel.set_xlabel(label)
        panel.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel(objective)
    panels[0].legend(frameon=False)
    temporary = path.with_name(f".{path.name}")
    figure.savefig(temporary, format="png", dpi=110, metadata={"Software": None})
    temporary.replace(path)


def _positions(texts: Sequence[str]) -> Sequence[float | str]:
    try:
        return [float(text) for text in texts]
    except ValueError:
        return texts
