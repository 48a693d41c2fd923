"""Charts as SVG that stands in a page: axes with ticks, lines, bars and dots; nothing is loaded."""

import math
from collections.abc import Iterable, Sequence
from html import escape

WIDTH, HEIGHT = 420, 300
LEFT, RIGHT, TOP, BOTTOM = 56, 14, 14, 46

type Interval = tuple[float, float]


class Chart:
    """A chart over [0, 1] on the x axis and [0, `top`] on the y axis; both axes are named."""

    def __init__(self, title: str, x_label: str, y_label: str, top: float = 1.0) -> None:
        self._top = top
        self._parts = [
            f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">',
            *self._axes(x_label, y_label),
        ]

    def line(self, points: Iterable[tuple[float, float]], style: str) -> None:
        path = " ".join(f"{self._x(x):.1f},{self._y(y):.1f}" for x, y in points)
        self._parts.append(f'<polyline class="{style}" points="{path}"/>')

    def bar(self, x: Interval, y: Interval, style: str, hint: str) -> None:
        """A bar over an interval of each axis; `hint` is shown when the pointer rests on it."""
        left, top = self._x(x[0]) + 0.5, self._y(y[1])
        width, height = self._x(x[1]) - self._x(x[0]) - 1, self._y(y[0]) - top
        self._parts.append(
            f'<rect class="{style}" x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}">'
            f"<title>{escape(hint)}</title></rect>"
        )

    def dot(self, x: float, y: float, radius: float, style: str, hint: str) -> None:
        self._parts.append(
            f'<circle class="{style}" cx="{self._x(x):.1f}" cy="{self._y(y):.1f}" r="{radius:.1f}">'
            f"<title>{escape(hint)}</title></circle>"
        )

    def render(self) -> str:
        return "\n".join([*self._parts, "</svg>"])

    def _axes(self, x_label: str, y_label: str) -> Iterable[str]:
        for tick in _ticks(1.0):
            x = self._x(tick)
            yield f'<line class="grid" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{HEIGHT - BOTTOM}"/>'
            yield f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{tick:g}</text>'
        for tick in _ticks(self._top):
            y = self._y(tick)
            yield f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>'
            yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>'
        middle = (LEFT + WIDTH - RIGHT) / 2
        yield f'<text x="{middle:.0f}" y="{HEIGHT - 8}" text-anchor="middle">{escape(x_label)}</text>'
        turned = f"translate(14 {(TOP + HEIGHT - BOTTOM) / 2:.0f}) rotate(-90)"
        yield f'<text transform="{turned}" text-anchor="middle">{escape(y_label)}</text>'

    def _x(self, value: float) -> float:
        return LEFT + value * (WIDTH - LEFT - RIGHT)

    def _y(self, value: float) -> float:
        return HEIGHT - BOTTOM - value / self._top * (HEIGHT - TOP - BOTTOM)


def _ticks(top: float) -> Sequence[float]:
    """At most seven round numbers from 0 up to `top`."""
    smallest = 10.0 ** (math.floor(math.log10(top)) - 1)
    step = next(smallest * factor for factor in (1, 2, 5, 10, 20) if top / (smallest * factor) <= 6)
    return [round(step * i, 10) for i in range(int(top / step + 1e-9) + 1)]
