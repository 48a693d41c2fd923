"""Bodies that are refused: one line each, with the status that refuses it and the first fault's place."""

from collections.abc import Iterator
from typing import Any

from quality.resilience.wrong_input.customer import CUSTOMER
from quality.resilience.wrong_input.events import LEAVES, post
from quality.resilience.wrong_input.requests import (
    MARK,
    Wrong,
    columns,
    csv_body,
    customers,
    json_body,
    literal,
)


def _malformed(name: str, request: dict[str, Any], place: tuple[int, str | None] | None = None) -> Wrong:
    return Wrong(name, request, 400, place=place)


def _invalid(name: str, request: dict[str, Any], row: int | None = None, column: str | None = None) -> Wrong:
    return Wrong(name, request, 422, place=(row, column) if row else None)


def _undecodable() -> Iterator[Wrong]:
    bad = {
        "UTF-8 cut short": b'{"customers": "\xe2\x82"}',
        "Latin-1": "é".encode("latin-1"),
        "UTF-16": LEAVES.encode("utf-16"),
        "an encoded surrogate": b"\xed\xa0\x80",
    }
    # fmt: off
    hidden = {
        "NUL": "\0", "ANSI": "\x1b[0m", "C1": "\x85", "bidi": "\u202e", "zero width": "\u200b",
        "replacement": "\ufffd", "BOM inside": "\ufeff", "line separator": "\u2028", "tag": "\U000e0041",
    }
    # fmt: on
    for name, content in bad.items():
        yield _malformed(f"CSV: {name}", csv_body(content))
        yield _malformed(f"JSON: {name}", post(content, "application/json"))
    for name, character in hidden.items():
        yield _malformed(f"CSV: {name} character", columns(phone=f"384{character}"))
        yield _malformed(f"JSON: {name} character", literal("phone", f'"384{character}"'))
    yield _malformed("not base64", {**csv_body(LEAVES), "isBase64Encoded": True})
    yield _malformed("a surrogate in the event", csv_body("\ud800"))
    yield _malformed("no body", post(None, "text/csv"))


def _unparsable_json() -> Iterator[Wrong]:
    deep = '{"customers": ' + "[" * 16 + "]" * 16 + "}"
    # fmt: off
    malformed = {
        "empty": "", "half": '{"customers": [', "not JSON": MARK, "trailing comma": '{"customers": [1,]}',
        "single quotes": "{'customers': []}", "comment": "{} // x", "two documents": "{} {}", "hex": "0x10",
        "raw tab in a string": '"\t"', "BOM": "\ufeff{}", "deep": deep, "deepest": "[" * 20_000,
        "an open string": '"\\' * 10_000, "a key twice": '{"customers": [], "customers": []}',
        "a nested key twice": '{"customers": [{"state": 1, "state": 2}]}',
        "an escaped key twice": '{"a": 1, "\\u0061": 2}', "a lone surrogate as key": '{"\\udfff": 1}',
    }
    # fmt: on
    for name, text in malformed.items():
        yield _malformed(f"JSON: {name}", json_body(text))
    yield _malformed("JSON: a lone surrogate", literal("state", '"\\ud800"'))
    yield _malformed("JSON: an escaped NUL", literal("phone", '"\\u0000"'))


def _unparsable_csv() -> Iterator[Wrong]:
    empty = {"BOM only": "\ufeff", "line end only": "\r\n", "carriage returns only": "\r\r"}
    for name, text in empty.items():
        yield _malformed(f"CSV: {name}", csv_body(text))
    second = {
        "unclosed quote": '"ME,118',
        "text after a quote": '"ME"x,118',
        "line feed in quotes": f'"M\nE"{LEAVES[2:]}',
        "carriage return in a row": LEAVES.replace(",", "\r", 1),
    }
    for name, text in second.items():
        yield _malformed(f"CSV: {name}", csv_body(f"{LEAVES}\n{text}"), (2, None))


def _values() -> Iterator[Wrong]:
    # fmt: off
    numbers = [
        "", " ", " 1", "1 ", "1\t", "+1", "1_000", "0x10", "1e999", "-1e999", "nan", "NaN", "inf", "-inf",
        "Infinity", "-0", "-0.0", "-1", "00", "01", '"1,5"', "1.", ".5", "1e", "1e5e5", "44640.5", "1e5",
        "\u0661\u0662", "\uff11", "1\u2003", "9" * 400, MARK, "True", "=1+1", '"""1"""', "null",
    ]
    whole = ["1.0", "1e2", "10001", "-1", "-0", "1_0", "", "9" * 20, "9" * 1900, "\u0663"]
    texts = {
        "state": ["", "me", "XX", "MEE", "=HYPERLINK(1)", "@SUM(A1)", "é", MARK, "1"],
        "area_code": ["", "40", "4080", "108", "-408", "+408", "\u0664\u0660\u0668", "408.0"],
        "phone": ["", "3848723", "384-872", "384-87233", "=cmd|1", MARK, "384\u20138723"],
        "intl_plan": ["", "Yes", "true", "1", "maybe", "no "],
        "vmail_plan": ["y"],
    }
    literals = {
        "day_mins": [
            "NaN", "Infinity", "-Infinity", "1e999", "-0.0", "-1", "44640.01", '"1"', "true", "null", "[]",
            "{}",
        ],
        "day_calls": ["1.5", "1.0", "-0", "-1", "9" * 5000, "1e2", '"1"', "true", "null", "NaN"],
        "state": ["1", "null", '"XX"', '["ME"]', "true", '"ME\\n"', '"=1+1"', '"\\u00e9"'],
        "area_code": ["408", '"408\\n"', '"4O8"'],
        "intl_plan": ["true", '"Yes"', "1"],
    }
    # fmt: on
    for text in numbers:
        yield _invalid(f"CSV: minutes {text!a:.40}", columns(day_mins=text), 1, "day_mins")
    for text in whole:
        yield _invalid(f"CSV: calls {text!a:.40}", columns(day_calls=text), 1, "day_calls")
    for field, wrong in texts.items():
        for text in wrong:
            yield _invalid(f"CSV: {field} {text!a}", columns(**{field: text}), 1, field)
    for field, wrong in literals.items():
        for text in wrong:
            yield _invalid(f"JSON: {field} {text!a:.40}", literal(field, text), 1, field)


def _json_shapes() -> Iterator[Wrong]:
    # fmt: off
    bodies = [
        "null", "true", "1", '"x"', "[]", "{}", "NaN", '{"customers": null}', '{"customers": {}}',
        '{"customers": []}', '{"customers": "x"}', '{"Customers": []}', "9" * 5000,
        f'{{"customers": [{{}}], "{MARK}": 1}}',
    ]
    unknown = ["__proto__", "constructor", "toString", "churn", "State", MARK, "", "é", "$ref", "a" * 5000]
    # fmt: on
    for body in bodies:
        yield _invalid(f"JSON: body {body:.40}", json_body(body))
    for item in ("null", "1", '"x"', "[]", "true", "[[]]", "NaN"):
        yield _invalid(f"JSON: customer {item}", json_body(f'{{"customers": [{item}]}}'), 1)
    for name in unknown:
        yield _invalid(f"JSON: field {name}", customers({}, {name: MARK}), 2)
    for name in CUSTOMER:
        yield _invalid(f"JSON: without {name}", customers({}, {}, {name: None}), 3, name)


def _csv_shapes() -> Iterator[Wrong]:
    row = LEAVES + "\n"
    header = ",".join(CUSTOMER)
    yield _invalid("CSV: a column too few", csv_body(row + row.partition(",")[2]), 2)
    yield _invalid("CSV: a column too many", csv_body(f"{row}1,{row}"), 2)
    yield _invalid("CSV: a row of one empty cell", csv_body(f'{row}""\n{row}'), 2)
    yield _invalid("CSV: another separator", csv_body(row.replace(",", ";")), 1)
    yield _invalid("CSV: a header", csv_body(f"{header}\n{row}"), 1, "state")
    yield _invalid("CSV: a header only", csv_body(header), 1, "state")
    yield _invalid("CSV: the label too", csv_body(row.strip() + ",True.\n"), 1)


WRONG_BODIES = [
    *_undecodable(),
    *_unparsable_json(),
    *_unparsable_csv(),
    *_values(),
    *_json_shapes(),
    *_csv_shapes(),
]
