"""Bodies that are refused: one line each, with the status that refuses it and the first fault's place."""

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


def _texts() -> list[Wrong]:
    deep = '{"customers": ' + "[" * 16 + "]" * 16 + "}"
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
    malformed = {
        "empty": "", "half": '{"customers": [', "not JSON": MARK, "trailing comma": '{"customers": [1,]}',
        "single quotes": "{'customers': []}", "comment": "{} // x", "two documents": "{} {}", "hex": "0x10",
        "raw tab in a string": '"\t"', "BOM": "\ufeff{}", "deep": deep, "deepest": "[" * 20_000,
        "an open string": '"\\' * 10_000,
    }
    # fmt: on
    twice = '{"customers": [], "customers": []}'
    return [
        *(Wrong(name=f"CSV: {name}", request=csv_body(content), status=400) for name, content in bad.items()),
        *(
            Wrong(name=f"JSON: {name}", request=post(content, "application/json"), status=400)
            for name, content in bad.items()
        ),
        *(
            Wrong(name=f"CSV: {name} character", request=columns(phone=f"384{c}"), status=400)
            for name, c in hidden.items()
        ),
        *(
            Wrong(name=f"JSON: {name} character", request=literal("phone", f'"384{c}"'), status=400)
            for name, c in hidden.items()
        ),
        *(
            Wrong(name=f"JSON: {name}", request=json_body(text), status=400)
            for name, text in malformed.items()
        ),
        Wrong(name="JSON: a key twice", request=json_body(twice), status=400),
        Wrong(
            name="JSON: a nested key twice",
            request=json_body('{"customers": [{"state": 1, "state": 2}]}'),
            status=400,
        ),
        Wrong(name="JSON: an escaped key twice", request=json_body('{"a": 1, "\\u0061": 2}'), status=400),
        Wrong(name="JSON: a lone surrogate", request=literal("state", '"\\ud800"'), status=400),
        Wrong(name="JSON: a lone surrogate as key", request=json_body('{"\\udfff": 1}'), status=400),
        Wrong(name="JSON: an escaped NUL", request=literal("phone", '"\\u0000"'), status=400),
        Wrong(name="not base64", request={**csv_body(LEAVES), "isBase64Encoded": True}, status=400),
        Wrong(name="a surrogate in the event", request=csv_body("\ud800"), status=400),
        Wrong(name="no body", request=post(None, "text/csv"), status=400),
        *(
            Wrong(name=f"CSV: {name}", request=csv_body(text), status=400)
            for name, text in {
                "BOM only": "\ufeff",
                "line end only": "\r\n",
                "carriage returns only": "\r\r",
            }.items()
        ),
        *(
            Wrong(name=f"CSV: {name}", request=csv_body(f"{LEAVES}\n{text}"), status=400, place=(2, None))
            for name, text in {
                "unclosed quote": '"ME,118',
                "text after a quote": '"ME"x,118',
                "line feed in quotes": f'"M\nE"{LEAVES[2:]}',
                "carriage return in a row": LEAVES.replace(",", "\r", 1),
            }.items()
        ),
    ]


def _values() -> list[Wrong]:
    # fmt: off
    numbers = [
        "", " ", " 1", "1 ", "1\t", "+1", "1_000", "0x10", "1e999", "-1e999", "nan", "NaN", "inf", "-inf",
        "Infinity", "-0", "-0.0", "-1", "00", "01", '"1,5"', "1.", ".5", "1e", "1e5e5", "44640.5", "1e5",
        "\u0661\u0662", "\uff11", "1\u2003", "9" * 400, MARK, "True", "=1+1", '"""1"""', "null",
    ]
    # fmt: on
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
            "NaN",
            "Infinity",
            "-Infinity",
            "1e999",
            "-0.0",
            "-1",
            "44640.01",
            '"1"',
            "true",
            "null",
            "[]",
            "{}",
        ],
        "day_calls": ["1.5", "1.0", "-0", "-1", "9" * 5000, "1e2", '"1"', "true", "null", "NaN"],
        "state": ["1", "null", '"XX"', '["ME"]', "true", '"ME\\n"', '"=1+1"', '"\\u00e9"'],
        "area_code": ["408", '"408\\n"', '"4O8"'],
        "intl_plan": ["true", '"Yes"', "1"],
    }
    return [
        *(
            Wrong(
                name=f"CSV: minutes {n!a:.40}", request=columns(day_mins=n), status=422, place=(1, "day_mins")
            )
            for n in numbers
        ),
        *(
            Wrong(
                name=f"CSV: calls {n!a:.40}", request=columns(day_calls=n), status=422, place=(1, "day_calls")
            )
            for n in whole
        ),
        *(
            Wrong(
                name=f"CSV: {field} {text!a}", request=columns(**{field: text}), status=422, place=(1, field)
            )
            for field, wrong in texts.items()
            for text in wrong
        ),
        *(
            Wrong(
                name=f"JSON: {field} {text!a:.40}", request=literal(field, text), status=422, place=(1, field)
            )
            for field, wrong in literals.items()
            for text in wrong
        ),
    ]


def _shapes() -> list[Wrong]:
    row = LEAVES + "\n"
    # fmt: off
    bodies = [
        "null", "true", "1", '"x"', "[]", "{}", "NaN", '{"customers": null}', '{"customers": {}}',
        '{"customers": []}', '{"customers": "x"}', '{"Customers": []}', "9" * 5000,
        f'{{"customers": [{{}}], "{MARK}": 1}}',
    ]
    # fmt: on
    items = ["null", "1", '"x"', "[]", "true", "[[]]", "NaN"]
    return [
        *(Wrong(name=f"JSON: body {body:.40}", request=json_body(body), status=422) for body in bodies),
        *(
            Wrong(
                name=f"JSON: customer {item}",
                request=json_body(f'{{"customers": [{item}]}}'),
                status=422,
                place=(1, None),
            )
            for item in items
        ),
        *(
            Wrong(
                name=f"JSON: field {name}", request=customers({}, {name: MARK}), status=422, place=(2, None)
            )
            for name in (
                "__proto__",
                "constructor",
                "toString",
                "churn",
                "State",
                MARK,
                "",
                "é",
                "$ref",
                "a" * 5000,
            )
        ),
        *(
            Wrong(
                name=f"JSON: without {name}",
                request=customers({}, {}, {name: None}),
                status=422,
                place=(3, name),
            )
            for name in CUSTOMER
        ),
        Wrong(
            name="CSV: a column too few",
            request=csv_body(row + row.partition(",")[2]),
            status=422,
            place=(2, None),
        ),
        Wrong(name="CSV: a column too many", request=csv_body(row + "1," + row), status=422, place=(2, None)),
        Wrong(
            name="CSV: a row of one empty cell",
            request=csv_body(row + '""\n' + row),
            status=422,
            place=(2, None),
        ),
        Wrong(
            name="CSV: another separator",
            request=csv_body(row.replace(",", ";")),
            status=422,
            place=(1, None),
        ),
        Wrong(
            name="CSV: a header",
            request=csv_body(",".join(CUSTOMER) + "\n" + row),
            status=422,
            place=(1, "state"),
        ),
        Wrong(
            name="CSV: a header only", request=csv_body(",".join(CUSTOMER)), status=422, place=(1, "state")
        ),
        Wrong(
            name="CSV: the label too", request=csv_body(row.strip() + ",True.\n"), status=422, place=(1, None)
        ),
    ]


WRONG_BODIES = [*_texts(), *_values(), *_shapes()]
