"""What the AutoML Lambda answers, and that its contract is the one that the committed schema makes."""

import csv
import io
import json
from typing import Any

import pytest
import schemathesis
from automl_api import create_handler, encode
from automl_table import EXAMPLE_ROW, Row
from function_client import FunctionClient
from package_lambda import ROOT
from played_runtime import PlayedRuntime

OPENAPI = json.loads((ROOT / "lambda" / "predict_automl" / "openapi.json").read_text())
SCHEMA = json.loads((ROOT / "lambda" / "predict_automl" / "schema.json").read_text())


class Labels(PlayedRuntime):
    """Its endpoint answers `label` to each row."""

    label = "True."

    def reply(self, body: str, accept: str) -> str:
        count = len(list(csv.reader(io.StringIO(body))))
        document = json.dumps({"predictions": [{"predicted_label": self.label}] * count})
        return {"application/json": document, "text/csv": f"{self.label}\n" * count}[accept]


def row(**changes: Any) -> dict[str, Any]:
    texts = dict(zip(Row.model_fields, next(csv.reader([EXAMPLE_ROW])), strict=True))
    numbers = {
        name: float(texts[name]) for name, field in Row.model_fields.items() if field.annotation is float
    }
    return {**texts, **numbers, **changes}


def call(runtime: PlayedRuntime, body: str, content_type: str, accept: str = "*/*") -> tuple[int, str]:
    return FunctionClient(create_handler, "/automl", runtime).post(body, content_type, accept)


def test_named_fields_and_the_same_row_in_csv_are_answered_alike() -> None:
    runtime = Labels()

    answer = call(runtime, json.dumps({"rows": [row()]}), "application/json")
    assert answer == (200, '{"predictions":[{"predicted_label":"True."}]}')
    assert call(runtime, EXAMPLE_ROW + "\n", "text/csv", "text/csv") == (200, "True.\n")
    assert runtime.calls[0]["Body"] == runtime.calls[1]["Body"]


def test_the_endpoint_gets_the_columns_of_the_table_in_their_order() -> None:
    assert [field.title for field in Row.model_fields.values()] == [one["name"] for one in SCHEMA["columns"]]
    [sent] = csv.reader(io.StringIO(encode([Row(**row())]).decode()))
    given = next(csv.reader([EXAMPLE_ROW]))
    assert [number(one) for one in sent] == [number(one) for one in given]


def number(cell: str) -> float | str:
    try:
        return float(cell)
    except ValueError:
        return cell


@pytest.mark.parametrize("text", ["a,b", 'say "x"', "Größe", "", " "])
def test_a_cell_of_any_text_reaches_the_endpoint_as_it_is(text: str) -> None:
    column = next(name for name, field in Row.model_fields.items() if field.annotation is str)
    [sent] = csv.reader(io.StringIO(encode([Row(**row(**{column: text}))]).decode()))
    assert sent[list(Row.model_fields).index(column)] == text


@pytest.mark.parametrize("label", ["0", "true", "True", "False.,0.9", ""])
def test_what_is_no_label_of_the_table_is_not_passed_on(label: str) -> None:
    runtime = Labels()
    runtime.label = label
    for content_type, accept in (("text/csv", "text/csv"), ("text/csv", "application/json")):
        assert call(runtime, EXAMPLE_ROW, content_type, accept)[0] == 502


@pytest.mark.parametrize(
    ("change", "column"),
    [({"account_length": "128"}, "account_length"), ({"state": 1}, "state"), ({"phone": "a\nb"}, "phone")],
)
def test_a_value_of_another_type_is_refused_by_its_column(change: dict[str, Any], column: str) -> None:
    status, body = call(Labels(), json.dumps({"rows": [row(**change)]}), "application/json")
    assert (status, json.loads(body)["errors"][0]["column"]) == (422, column)


def test_a_row_without_a_column_is_refused() -> None:
    status, body = call(Labels(), EXAMPLE_ROW.rpartition(",")[0], "text/csv")
    assert (status, json.loads(body)["errors"][0]["detail"]) == (422, "Expected 20 columns, got 19")


def test_the_document_is_openapi_and_has_the_path() -> None:
    schemathesis.openapi.from_dict(OPENAPI).validate()
    assert set(OPENAPI["paths"]) == {"/automl", "/health"}
