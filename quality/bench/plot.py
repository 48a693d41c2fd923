"""`python plot.py bench.json bench.svg`: times better than the usual way, by side. Needs matplotlib."""

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt

SIDES = {"ours npy": "#1b7f5c", "ours": "#5bb98b", "usual on ours": "#c9a227"}
SHOWN = (
    "row.1.cpu",
    "row.1.p50",
    "row.16.cpu",
    "body.10",
    "body.100",
    "body.1000",
    "body.10000",
    "bulk.1MB",
    "bulk.6MiB",
)


def main() -> None:
    report, target = map(Path, sys.argv[1:])
    figures = json.loads(report.read_text())["figures"]
    # The same bytes from the same report.
    mpl.rcParams.update({"svg.hashsalt": "bench", "font.size": 9})
    draw(figures).savefig(target, metadata={"Date": None})


def draw(figures: list[dict[str, Any]]) -> Any:
    ratio = {(one["figure"], one["side"]): one["times_better"] for one in figures}
    titles = {one["figure"]: one["title"] for one in figures}
    figure, axes = plt.subplots(figsize=(8, 5))
    height = 0.8 / len(SIDES)
    for index, (side, color) in enumerate(SIDES.items()):
        positions = [row + index * height for row in range(len(SHOWN))]
        values = [ratio[key, side] for key in SHOWN]
        axes.barh(positions, values, height, label=side, color=color)
        for position, value in zip(positions, values, strict=True):
            axes.text(value * 1.03, position, f"{value:.1f}", va="center", fontsize=7)
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xscale("log")
    axes.set_yticks([row + height for row in range(len(SHOWN))], [titles[key] for key in SHOWN])
    axes.invert_yaxis()
    axes.set_xlabel("times better than pandas handlers behind gunicorn, gevent and Flask")
    axes.legend(loc="lower right", fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    return figure


if __name__ == "__main__":
    main()
