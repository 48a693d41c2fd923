"""Charts as SVG that stands in a page: lines, areas, bars, dots and axes; nothing is loaded."""

import math
from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

type Interval = tuple[float, float]
type Point = tuple[float, float]


class Margins(NamedTuple):
    """The room around the drawing, in the units of the chart's size."""

    left: float = 56
    right: float = 14
    top: float = 14
    bottom: float = 46


class Plot:
    """A drawing over [0, `x_end`] and [0, `y_end`], without axes. `style` is a class of CSS throughout."""

    def __init__(
        self,
        title: str,
        *,
        x_end: float = 1.0,
        y_end: float = 1.0,
        size: tuple[int, int] = (420, 300),
        margins: Margins | None = None,
    ) -> None:
        self.x_end, self.y_end = x_end, y_end
        self.width, self.height = size
        around = margins or Margins()
        self.left, self.right = around.left, self.width - around.right
        self.top, self.bottom = around.top, self.height - around.bottom
        self._parts = [
            f'<svg viewBox="0 0 {self.width} {self.height}" role="img" aria-label="{escape(title)}">'
        ]

    def line(self, points: Iterable[Point], style: str) -> None:
        self._add(f'<polyline class="{style}" points="{self._path(points)}"/>')

    def area(self, points: Iterable[Point], style: str) -> None:
        """The area within the points."""
        self._add(f'<polygon class="{style}" points="{self._path(points)}"/>')

    def bar(self, x: Interval, y: Interval, style: str, hint: str) -> None:
        """A bar over an interval of each axis; `hint` is shown when the pointer rests on it."""
        left, top = self.x(x[0]) + 0.5, self.y(y[1])
        width, height = self.x(x[1]) - self.x(x[0]) - 1, self.y(y[0]) - top
        self._add(
            f'<rect class="{style}" x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}">'
            f"<title>{escape(hint)}</title></rect>"
        )

    def dot(self, x: float, y: float, radius: float, style: str, hint: str) -> None:
        self._add(
            f'<circle class="{style}" cx="{self.x(x):.1f}" cy="{self.y(y):.1f}" r="{radius:.1f}">'
            f"<title>{escape(hint)}</title></circle>"
        )

    def vertical(self, x: float, style: str) -> None:
        """A line from the bottom to the top."""
        place = f"{self.x(x):.1f}"
        self._add(f'<line class="{style}" x1="{place}" y1="{self.top}" x2="{place}" y2="{self.bottom}"/>')

    def horizontal(self, y: float, style: str, label: str) -> None:
        """A line from left to right, with its label on the left."""
        place = self.y(y)
        self._add(
            f'<line class="{style}" x1="{self.left}" y1="{place:.1f}" x2="{self.right}" y2="{place:.1f}"/>'
        )
        self.text(self.left - 6, place + 4, label, "end")

    def text(self, x: float, y: float, text: str, anchor: str = "start") -> None:
        """A text at a place of the drawing, in the units of its size."""
        self._add(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>')

    def render(self) -> str:
        return "\n".join([*self._parts, "</svg>"])

    def x(self, value: float) -> float:
        """Where a value of the x axis is in the drawing."""
        return self.left + value / self.x_end * (self.right - self.left)

    def y(self, value: float) -> float:
        return self.bottom - value / self.y_end * (self.bottom - self.top)

    def _path(self, points: Iterable[Point]) -> str:
        return " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in points)

    def _add(self, part: str) -> None:
        self._parts.append(part)


class Chart(Plot):
    """A plot with named axes and round ticks."""

    def __init__(self, title: str, x_label: str, y_label: str, top: float = 1.0) -> None:
        super().__init__(title, y_end=top)
        for tick in _ticks(self.x_end):
            self.vertical(tick, "grid")
            self.text(self.x(tick), self.bottom + 16, f"{tick:g}", "middle")
        for tick in _ticks(self.y_end):
            self.horizontal(tick, "grid", f"{tick:g}")
        self.text((self.left + self.right) / 2, self.height - 8, x_label, "middle")
        turned = f"translate(14 {(self.top + self.bottom) / 2:.0f}) rotate(-90)"
        self._add(f'<text transform="{turned}" text-anchor="middle">{escape(y_label)}</text>')


def _ticks(end: float) -> Sequence[float]:
    """At most seven round numbers from 0 up to `end`."""
    smallest = 10.0 ** (math.floor(math.log10(end)) - 1)
    step = next(smallest * factor for factor in (1, 2, 5, 10, 20) if end / (smallest * factor) <= 6)
    return [round(step * i, 10) for i in range(int(end / step + 1e-9) + 1)]
