"""Requests of a made-up shop, and files of captures with them as an endpoint writes them, for tests."""

import json
import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

HEADER = ["State", "Plan", "Calls", "Minutes", "Age"]
START, END = "2026-11-30T00:00:00Z", "2026-12-01T00:00:00Z"


def customers(count: int, seed: int) -> list[list[str]]:
    """Rows of one distribution: two columns of categories, a count, two numbers."""
    chance = random.Random(seed)
    return [
        [
            chance.choice(("KS", "OH", "NJ", "OK")),
            "yes" if chance.random() < 0.1 else "no",
            str(chance.randint(0, 9)),
            f"{chance.gauss(180, 50):.1f}",
            str(max(18, round(chance.gauss(45, 15)))),
        ]
        for _ in range(count)
    ]


def line(
    rows: Iterable[Sequence[str]], id: str = "e", answer: str = "False\n", time: str = START, **metadata: Any
) -> str:
    text = "".join(",".join(row) + "\n" for row in rows)
    data = {
        name: {"observedContentType": "text/csv", "mode": mode, "data": body, "encoding": "CSV"}
        for name, mode, body in (("endpointInput", "INPUT", text), ("endpointOutput", "OUTPUT", answer))
    }
    events = {"eventId": id, "inferenceTime": time, **metadata}
    return json.dumps({"captureData": data, "eventMetadata": events, "eventVersion": "0"}) + "\n"


def write_captures(folder: Path, lines: Iterable[str], hour: str = "2026/11/30/00") -> Path:
    """One file of captures below the folder; returns the folder."""
    place = folder / hour
    place.mkdir(parents=True, exist_ok=True)
    (place / "00-00-000-test.jsonl").write_text("".join(lines), encoding="utf-8")
    return folder
