"""The charts of the data exploration notebook."""

from collections.abc import Sequence

import notebook_html
from svg_chart import Margins, Plot

_TEXT = "text { font: 11px system-ui, sans-serif; fill: #334 }"
_BARS = f"{_TEXT} .bar {{ fill: #1f6fb2 }}"
_LONGEST = 24
_ROW, _CELL = 20, 26


def bars(about: str, names: Sequence[str], values: Sequence[float], end: float) -> str:
    """A horizontal bar for each name, the first on top, on an axis from 0 to `end`."""
    count = len(names)
    margins = Margins(left=180, right=60, top=6, bottom=6)
    plot = Plot(about, x_end=end, y_end=count, size=(640, _ROW * count + 12), margins=margins)
    for number, (name, value) in enumerate(zip(names, values, strict=True)):
        low = count - number - 1
        plot.bar((0, value), (low + 0.1, low + 0.9), "bar", f"{_short(name)}: {value:.4g}")
        plot.text(plot.left - 6, plot.y(low + 0.5) + 4, _short(name), "end")
        plot.text(plot.x(value) + 6, plot.y(low + 0.5) + 4, f"{value:.4g}")
    return notebook_html.image(plot.render(), _BARS, about, 640)


def heat_map(about: str, names: Sequence[str], matrix: Sequence[Sequence[float]]) -> str:
    """Squares that are the bluer the nearer to 1, and the redder the nearer to -1."""
    count = len(names)
    size = (_CELL * count + 196, _CELL * count + 36)
    plot = Plot(
        about, x_end=count, y_end=count, size=size, margins=Margins(left=180, right=16, top=30, bottom=6)
    )
    for number, (name, row) in enumerate(zip(names, matrix, strict=True)):
        low = count - number - 1
        plot.text(plot.left - 6, plot.y(low + 0.5) + 4, f"{_short(name)} {number + 1}", "end")
        plot.text(plot.x(number + 0.5), plot.top - 8, str(number + 1), "middle")
        for other, value in enumerate(row):
            hint = f"{_short(name)}, {_short(names[other])}: {value:.3f}"
            plot.bar((other, other + 1), (low, low + 1), f"c{round(10 * value)}".replace("-", "m"), hint)
    return notebook_html.image(plot.render(), _TEXT + _colors(), about, size[0])


def _colors() -> str:
    """A class for each tenth from -1 (cm10) to 1 (c10)."""
    found = []
    for tenth in range(-10, 11):
        strong = (31, 111, 178) if tenth > 0 else (178, 60, 31)
        share = abs(tenth) / 10
        color = " ".join(str(round(255 - share * (255 - part))) for part in strong)
        found.append(f" .c{tenth} {{ fill: rgb({color}) }}".replace("-", "m", 1))
    return "".join(found)


def _short(name: str) -> str:
    """As much of the name as there is room for, without what an image must not have."""
    name = "".join(letter if letter.isprintable() else " " for letter in name)
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
