"""Bodies that are wrong in one or two places, made from right ones by a seeded generator."""

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from quality.resilience.reference import Reference

CSV, JSON = "text/csv", "application/json"
# Stands for whatever a caller sends: no answer and no log may have it.
MARK = "zanzibar"

# fmt: off
_TEXTS = (
    "0", "7", "100", "0.25", "1E+1", "5e-1", "0.10", "no", "yes", "415",
    "", " ", "nan", "NaN", "inf", "-inf", "Infinity", "1e999", "-1e999", "-0", "-0.0", "-1", "+1", "01",
    "1_000", "0x10", "1.", ".5", "1e", "1,5", " 1 ", "1\t", "\u0661\u0662", "\uff11", "1\u2003",
    "9" * 400, "True", "null", "yes ", "YES", "=HYPERLINK(1)", "+cmd|1", "@SUM(A1)", "-408", "me", "XX",
    "\u202eoui", "\u200b", "\ufeff", "\0", "\x1b[31m", "\x85", "\u2028", "<script>", "../../etc/passwd",
    "{{7*7}}", "${jndi:x}", "'; drop", "é", "\U0001f600", MARK,
)
_LITERALS = (
    "NaN", "Infinity", "-Infinity", "1e999", "-0", "-0.0", "-1", "1.0", "1e2", "true", "null", "[]", "{}",
    "[1]", '""', '"1"', '"\\ud800"', '"\\u0000"', '"ME\\n"', "9" * 5000, "44640.5", "10001", "1_0", "0x1",
    "'1'", ".5", "01", "[" * 30, "0", "7", "100", "0.25", "1E+1", "5e-1", "0.10", '"no"', '"yes"', '"415"',
    '"\\u006eo"',
    f'"{MARK}"', f'{{"{MARK}": 1}}',
)
_INSERTED = (
    '"', ",", "\n", "\r", "\0", "\x1b", "\ufeff", "\u200b", "\u202e", "{", "}", "[", "]", ":", "\\", "9", "-",
    "é", MARK,
)
_KEYS = ("__proto__", "constructor", "churn", "y", "State", "", "$ref", "é", MARK)
_BYTES = (b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\x00", b"\x1f\x8b\x08", b"\xef\xbb\xbf")
# fmt: on

Row = dict[str, Any]


class Generator:
    """Bodies for one operation; the same seed gives the same."""

    def __init__(self, reference: Reference, seed: int) -> None:
        self._reference = reference
        self._random = random.Random(seed)  # noqa: S311 - not for secrets

    def bodies(self) -> Iterator[tuple[bytes, str]]:
        """Body and media type without end; now and then what was changed is right all the same."""
        while True:
            rows = [self._right_row() for _ in range(self._random.randint(1, 3))]
            content_type = self._random.choice((CSV, JSON))
            text = self._json(rows) if content_type == JSON else self._csv(rows)
            if self._random.random() < 0.3:
                text = self._edited(text)
            body = text.encode("utf-8", "surrogatepass")
            if self._random.random() < 0.1:
                body = self._damaged(body)
            yield body, content_type

    def _right_row(self) -> Row:
        return {name: self._right_value(schema) for name, schema in self._reference.fields.items()}

    def _right_value(self, schema: Mapping[str, Any]) -> Any:
        pick = self._random
        if "enum" in schema:
            return pick.choice(schema["enum"])
        low, high = schema.get("minimum", 0), min(schema.get("maximum", 500), 500)
        if schema["type"] == "integer":
            return pick.randint(low, high)
        if schema["type"] == "number":
            return round(pick.uniform(low, high), pick.randint(0, 6))
        digits = [str(pick.randint(2, 9)) for _ in range(7)]
        return "".join(digits[:3]) + (
            f"-{''.join(digits[3:])}"
            if "-" in schema["pattern"][1:-1].replace("[2-9]", "").replace("[0-9]", "")
            else ""
        )

    def _json(self, rows: Sequence[Row]) -> str:
        """The document with one thing changed, as a rule in a field of the last row."""
        pick, name = self._random, self._random.choice(list(self._reference.fields))
        row = dict(rows[-1])
        kind = pick.randrange(8)
        marker = '"@here@"'
        if kind < 4:
            row[name] = "@here@"
        elif kind == 4:
            del row[name]
        elif kind == 5:
            row[pick.choice(_KEYS)] = 1
        elif kind == 6:
            row[name] = pick.choice(_TEXTS)
        document: Any = {self._reference.array: [*rows[:-1], row]}
        text = json.dumps(document, ensure_ascii=pick.random() < 0.5).replace(marker, pick.choice(_LITERALS))
        if kind == 7:
            key = json.dumps(name)
            changes: tuple[Callable[[], str], ...] = (
                lambda: text.replace(f"{key}:", f"{key}: 1, {key}:", 1),
                lambda: f"[{text}]",
                lambda: text.replace(self._reference.array, pick.choice(_KEYS), 1),
                lambda: text[: pick.randrange(len(text))],
                lambda: text[:-1] + f', "{pick.choice(_KEYS)}": []}}',
                lambda: text + pick.choice(("{}", ",", "]", "// x", "\n\nx")),
            )
            text = pick.choice(changes)()
        return text

    def _csv(self, rows: Sequence[Row]) -> str:
        pick = self._random
        cells = [[str(value) for value in row.values()] for row in rows]
        last, at = cells[-1], pick.randrange(len(cells[-1]))
        kind = pick.randrange(8)
        if kind < 4:
            last[at] = pick.choice(_TEXTS)
        elif kind == 4:
            del last[at]
        elif kind == 5:
            last.insert(at, pick.choice(("1", "", "yes", MARK)))
        elif kind == 6:
            last[at] = pick.choice(
                (f'"{last[at]}"', f'"{last[at]}', f'{last[at]}"', f'"{last[at]}"x', f'"\n{last[at]}"')
            )
        end = pick.choice(("\n", "\n", "\r\n", "\r", "\n\n", ";"))
        if kind == 7:
            cells.insert(0, list(self._reference.fields))
        return end.join(",".join(row) for row in cells) + pick.choice(("", "\n"))

    def _edited(self, text: str) -> str:
        pick = self._random
        at = pick.randrange(len(text) + 1)
        cut = pick.choice((0, 0, 1, 1, 5))
        return text[:at] + pick.choice(("", *_INSERTED)) + text[at + cut :]

    def _damaged(self, body: bytes) -> bytes:
        at = self._random.randrange(len(body) + 1)
        return body[:at] + self._random.choice(_BYTES) + body[at + self._random.choice((0, 1)) :]
