"""What the forecast Lambda answers, asks the endpoint for, and says of a series that is wrong."""

import io
import itertools
import json
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import forecast_contract
import pytest
import schemathesis
from aws_lambda_powertools import Logger
from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from forecast_api import create_handler
from forecast_contract import HORIZON, MAX_PATHS, STEP
from gateway import Context
from package_lambda import ROOT
from prediction_service.environment import Environment

from quality.resilience.wrong_input.events import ORIGIN, event

EXAMPLE = json.loads(forecast_contract.FORECAST.request_text["application/json"])
OPENAPI = json.loads((ROOT / "lambda" / "predict_forecast" / "openapi.json").read_text())
HYPERPARAMETERS = ROOT / "model_code" / "forecast" / "deepar" / "hyperparameters.json"
_SERIAL = itertools.count()


@dataclass
class Runtime:
    """A client of SageMaker Runtime whose endpoint answers as DeepAR does, or `answer` to all, or refuses."""

    answer: Any = None
    refusal: str | None = None
    calls: list[dict[str, Any]] = field(default_factory=list)

    def invoke_endpoint(self, **request: Any) -> dict[str, Any]:
        self.calls.append(request)
        if self.refusal is not None:
            error = {"Code": "ModelError", "Message": "refused"}
            told = {"Error": error, "OriginalStatusCode": 400, "OriginalMessage": self.refusal}
            raise ClientError(typing.cast(Any, told), "InvokeEndpoint")
        body = json.dumps(self.answer or self._forecasts(json.loads(request["Body"]))).encode()
        return {"Body": StreamingBody(io.BytesIO(body), len(body)), "ContentType": "application/json"}

    @property
    def sent(self) -> Any:
        return json.loads(self.calls[-1]["Body"])

    @staticmethod
    def _forecasts(document: Any) -> dict[str, Any]:
        wanted = document["configuration"]
        one: dict[str, Any] = {
            "mean": [2.0] * HORIZON,
            "quantiles": {name: [float(name)] * HORIZON for name in wanted["quantiles"]},
        }
        if "samples" in wanted["output_types"]:
            one["samples"] = [[1.0] * HORIZON] * wanted["num_samples"]
        return {"predictions": [one] * len(document["instances"])}


def call(runtime: Runtime, body: str, content_type: str = "application/json") -> tuple[int, Any]:
    variables = {"ENDPOINT_NAME": "slipway-dev-forecast", "ALLOWED_ORIGINS": ORIGIN}
    logger = Logger(service=f"predict_forecast-{next(_SERIAL)}", stream=io.StringIO())
    handle: Callable[..., Mapping[str, Any]] = create_handler(
        Environment.read(variables), typing.cast(Any, runtime), logger
    )
    headers = {"Origin": ORIGIN, "Content-Type": content_type, "Accept": "*/*"}
    answer = handle(event("POST", "/forecast", body, headers), Context())
    return answer["statusCode"], json.loads(answer["body"])


def series(**changes: Any) -> dict[str, Any]:
    return {"start": "2014-09-01 00:00:00", "history": [1.0, 2.0, 3.0], **changes}


def post(runtime: Runtime, *every: Any, **options: Any) -> tuple[int, Any]:
    return call(runtime, json.dumps({"series": every, **options}))


def test_the_contract_is_of_the_horizon_and_step_of_training() -> None:
    trained = json.loads(HYPERPARAMETERS.read_text())

    assert trained["prediction_length"] == trained["context_length"] == str(HORIZON)
    assert trained["time_freq"] == f"{STEP.seconds // 3600}H"


def test_a_forecast_has_times_after_the_history_and_what_was_asked_for() -> None:
    runtime = Runtime()

    status, answer = post(runtime, series(), quantiles=[0.05, 0.5], num_samples=7, samples=True)

    [forecast] = answer["forecasts"]
    assert status == 200
    assert forecast["timestamps"][:2] == ["2014-09-01 06:00:00", "2014-09-01 08:00:00"]
    assert forecast["timestamps"][-1] == "2014-09-08 04:00:00"
    assert list(forecast["quantiles"]) == ["0.05", "0.5"]
    assert forecast["quantiles"]["0.05"] == [0.05] * HORIZON
    assert len(forecast["samples"]) == 7
    assert runtime.sent["configuration"] == {
        "num_samples": 7,
        "output_types": ["mean", "quantiles", "samples"],
        "quantiles": ["0.05", "0.5"],
    }


def test_samples_are_answered_only_where_asked_for() -> None:
    _, answer = post(Runtime(), series())

    assert "samples" not in answer["forecasts"][0]


def test_gaps_categories_and_features_reach_the_endpoint_in_its_own_words() -> None:
    runtime = Runtime()
    feature = [0.0] * (3 + HORIZON)

    status, _ = post(
        runtime, series(), series(history=[None, 2, "NaN"], category=4, dynamic_features=[feature])
    )

    assert status == 200
    assert runtime.sent["instances"] == [
        {"start": "2014-09-01 00:00:00", "target": [1.0, 2.0, 3.0]},
        {
            "start": "2014-09-01 00:00:00",
            "target": ["NaN", 2.0, "NaN"],
            "cat": [4],
            "dynamic_feat": [feature],
        },
    ]


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"history": []}, "history"),
        ({"history": [None, "NaN"]}, "history"),
        ({"history": [1.0, *[None] * HORIZON]}, "history"),
        ({"history": [1.0, "x"]}, "history"),
        ({"history": [1.0, True]}, "history"),
        ({"history": [1.0, 1e300]}, "history"),
        ({"start": "2014-09-31 00:00:00"}, "start"),
        ({"start": "2014-09-01"}, "start"),
        ({"start": "2014-09-01T00:00:00Z"}, "start"),
        ({"category": -1}, "category"),
        ({"category": 1.5}, "category"),
        ({"dynamic_features": [[0.0] * 3]}, "dynamic_features"),
        ({"dynamic_features": [[0.0] * (3 + HORIZON), [0.0]]}, "dynamic_features"),
    ],
)
def test_a_series_that_is_wrong_is_named_by_its_index_and_asks_nobody(
    changes: dict[str, Any], column: str
) -> None:
    runtime = Runtime()

    status, problem = post(runtime, series(), series(**changes))

    assert status == 422
    assert runtime.calls == []
    for error in problem["errors"]:
        assert error["row"] == 2
        assert error["column"] == column
        assert error["pointer"] == f"#/series/1/{column}"


@pytest.mark.parametrize(
    ("options", "pointer"),
    [
        ({"quantiles": []}, "#/quantiles"),
        ({"quantiles": [0.5, 0.5]}, "#/quantiles"),
        ({"quantiles": [1.0]}, "#/quantiles"),
        ({"num_samples": 0}, "#/num_samples"),
        ({"num_samples": "7"}, "#/num_samples"),
        ({"samples": 1}, "#/samples"),
        ({"secret": "text"}, "#"),
        ({"samples": True, "num_samples": MAX_PATHS // 4 + 1}, "#/num_samples"),
    ],
)
def test_an_option_that_is_wrong_is_named(options: dict[str, Any], pointer: str) -> None:
    status, problem = post(Runtime(), series(), **options)

    assert status == 422
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert "secret" not in json.dumps(problem)


def test_an_answer_that_would_be_too_large_is_refused_before_it_is_made() -> None:
    runtime = Runtime()

    status, problem = post(runtime, *[series()] * 5, samples=True, num_samples=1000)

    assert status == 422
    assert f"at most {MAX_PATHS}" in json.dumps(problem)
    assert runtime.calls == []


@pytest.mark.parametrize(
    ("body", "status"), [("[]", 422), ("{}", 422), ('{"series": 1}', 422), ("{", 400), ("[" * 99, 400)]
)
def test_a_body_that_is_no_request_is_refused(body: str, status: int) -> None:
    assert call(Runtime(), body)[0] == status


def test_more_series_than_the_contract_allows_are_too_many() -> None:
    assert post(Runtime(), *[series()] * 21)[0] == 413


def test_csv_is_no_request() -> None:
    assert call(Runtime(), "1,2", "text/csv")[0] == 415


def test_a_series_that_the_model_refuses_is_named_without_the_models_words() -> None:
    told = '{"detail": "instances[1]: `cat` names /opt/ml/secret a category that training has not seen."}'

    status, problem = post(Runtime(refusal=told), series(), series(category=9))

    assert status == 422
    assert problem["errors"][0]["row"] == 2
    assert problem["errors"][0]["pointer"] == "#/series/1"
    assert "secret" not in json.dumps(problem)


def test_a_refusal_without_a_series_stays_one() -> None:
    assert post(Runtime(refusal="no"), series())[0] == 400


@pytest.mark.parametrize(
    "answer",
    [
        {"predictions": []},
        {"predictions": [{"mean": [1.0], "quantiles": {"0.1": [1.0], "0.5": [1.0], "0.9": [1.0]}}]},
        {"predictions": [{"mean": [1.0] * HORIZON, "quantiles": {"0.5": [1.0] * HORIZON}}]},
        {"forecast": 1},
    ],
)
def test_an_answer_of_the_model_that_is_not_the_contracts_is_not_passed_on(answer: Any) -> None:
    assert post(Runtime(answer=answer), series())[0] == 502


def test_the_examples_answer_follows_the_openapi_document() -> None:
    schema = schemathesis.openapi.from_dict(OPENAPI)["/forecast"]["POST"]

    status, answer = post(Runtime(), *EXAMPLE["series"])

    assert status == 200
    response = schemathesis.Response(
        status_code=status,
        headers={"content-type": ["application/json"]},
        content=json.dumps(answer).encode(),
        request=None,  # type: ignore[arg-type]
        elapsed=0.0,
        verify=False,
    )
    schema.validate_response(response)
