"""What the bank Lambda answers, and that it encodes clients by the very code of training."""

import json
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bank_contract
import pytest
import schemathesis
from bank_api import create_handler
from bank_encoding import CATEGORIES, FEATURES, FIELDS, encode
from function_client import FunctionClient
from package_lambda import ROOT
from score_client import Runtime

from stacks.constructs.storage.carried import carried

ROW = bank_contract.SCORE.request_text["text/csv"].strip()
OPENAPI = json.loads((ROOT / "lambda" / "predict_bank" / "openapi.json").read_text())


def client(**changes: Any) -> dict[str, Any]:
    numbers = {"age": 56, "campaign": 1, "pdays": 999, "previous": 0}
    texts = dict(zip(bank_contract.Client.model_fields, ROW.split(","), strict=True))
    indicators = {name: float(texts[name]) for name in list(texts)[-5:]}
    return {**texts, **numbers, **indicators, **changes}


def call(runtime: Runtime, body: str, content_type: str, accept: str = "*/*") -> tuple[int, str]:
    return FunctionClient(create_handler, "/bank", runtime).post(body, content_type, accept)


def post(runtime: Runtime, *clients: Mapping[str, Any], accept: str = "*/*") -> tuple[int, str]:
    return call(runtime, json.dumps({"clients": clients}), "application/json", accept)


def test_named_fields_and_the_same_row_in_csv_are_scored_alike() -> None:
    runtime = Runtime()

    assert post(runtime, client()) == (200, '{"predictions":[{"score":0.25}]}')
    assert call(runtime, ROW + "\n", "text/csv", "text/csv") == (200, "0.25\n")
    assert runtime.calls[0]["Body"] == runtime.calls[1]["Body"]


def test_the_endpoint_gets_the_features_that_training_makes_of_the_same_client() -> None:
    runtime = Runtime()
    call(runtime, ROW, "text/csv")
    (sent,) = runtime.calls[0]["Body"].decode().splitlines()
    encoded = encode(dict(zip(FIELDS, ROW.split(","), strict=True)))

    assert len(encoded) == len(FEATURES)
    assert [float(cell) for cell in sent.split(",")] == [float(cell) for cell in encoded]


def test_the_contract_s_fields_and_values_are_those_of_the_encoding() -> None:
    fields = bank_contract.Client.model_fields
    assert tuple(name.replace("_", ".") for name in fields) == tuple(n.replace("_", ".") for n in FIELDS)
    values = {name: typing.get_args(one.annotation) for name, one in fields.items()}
    assert {name: found for name, found in values.items() if found} == dict(CATEGORIES)


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"job": "pilot"}, "job"),
        ({"age": -1}, "age"),
        ({"age": "56"}, "age"),
        ({"pdays": 1000}, "pdays"),
        ({"euribor3m": 1e9}, "euribor3m"),
    ],
)
def test_a_wrong_field_is_refused_by_row_and_name_and_reaches_no_endpoint(
    change: dict[str, Any], column: str
) -> None:
    runtime = Runtime()
    status, body = post(runtime, client(), client(**change))

    (fault,) = json.loads(body)["errors"]
    assert (status, fault["row"], fault["column"]) == (422, 2, column)
    assert not runtime.calls


def test_how_long_the_call_took_is_no_field() -> None:
    status, body = post(Runtime(), client(duration=261))

    assert (status, "field that is not in the API contract" in body) == (422, True)


@pytest.mark.parametrize(
    ("answer", "accept"),
    [
        ("0.25\n0.25\n", "text/csv"),
        ("nan\n", "text/csv"),
        ("1.5\n", "text/csv"),
        ("yes\n", "text/csv"),
        ("", "text/csv"),
        ('{"predictions":[]}', "application/json"),
        ('{"predictions":[{"score":2}]}', "application/json"),
        ('{"predictions":[{"score":NaN}]}', "application/json"),
        ("0.25\n", "application/json"),
    ],
)
def test_an_answer_that_is_not_one_score_a_row_is_not_passed_on(answer: str, accept: str) -> None:
    assert post(Runtime(answer), client(), accept=accept)[0] == 502


def test_the_document_is_openapi_and_has_the_path() -> None:
    schemathesis.openapi.from_dict(OPENAPI).validate()
    assert set(OPENAPI["paths"]) == {"/bank", "/health"}


def test_the_function_carries_training_s_encoding_and_no_copy_of_it() -> None:
    assert carried(ROOT / "lambda" / "predict_bank") == [
        ROOT / "model_code" / "bank" / "encode" / "bank_encoding.py"
    ]
    assert carried(ROOT / "lambda" / "predict_churn") == []
    assert not (ROOT / "lambda" / "predict_bank" / "bank_encoding.py").exists()


def test_a_module_to_carry_that_is_not_there_is_refused_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "carries.txt").write_text("model_code/none.py\n")
    with pytest.raises(ValueError, match=r"there is no module model_code/none\.py; correct the path"):
        carried(tmp_path)
