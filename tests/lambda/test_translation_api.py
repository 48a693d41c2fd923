"""What the translation Lambda answers, to API Gateway and to its own event."""

import json
from typing import Any

import pytest
import schemathesis
from function_client import FunctionClient
from package_lambda import ROOT
from played_runtime import PlayedRuntime
from translation_api import create_handler

from stacks.constructs.storage.carried import carried

OPENAPI = json.loads((ROOT / "lambda" / "predict_translation" / "openapi.json").read_text())
LOVE = {"sentences": [{"query": "I love you"}, {"query": "I love you, too"}]}


class Runtime(PlayedRuntime):
    """Its endpoint repeats each sentence."""

    def reply(self, body: str, accept: str) -> str:
        assert accept == "application/json"
        targets = [{"target": one["data"].upper()} for one in json.loads(body)["instances"]]
        return json.dumps({"predictions": targets})

    @property
    def sentences(self) -> list[str]:
        (call,) = self.calls
        assert call["ContentType"] == "application/json"
        return [one["data"] for one in json.loads(call["Body"])["instances"]]


def function(runtime: Runtime) -> FunctionClient:
    return FunctionClient(create_handler, "/translate", runtime)


def post(runtime: Runtime, document: object) -> tuple[int, Any]:
    return function(runtime).post_document(document)


def sentences(*queries: object) -> dict[str, Any]:
    return {"sentences": [{"query": query} for query in queries]}


def test_sentences_go_to_the_model_as_words_in_lower_case_and_are_answered_in_their_order() -> None:
    runtime = Runtime()

    status, answer = post(runtime, LOVE)

    assert runtime.sentences == ["i love you", "i love you , too"]
    assert (status, answer) == (
        200,
        {"predictions": [{"target": "I LOVE YOU"}, {"target": "I LOVE YOU , TOO"}]},
    )


def test_the_object_itself_is_answered_with_the_predictions_alone() -> None:
    answer = function(Runtime()).invoke(LOVE)

    assert answer == {"predictions": [{"target": "I LOVE YOU"}, {"target": "I LOVE YOU , TOO"}]}


def test_an_object_that_is_refused_is_answered_with_the_problem() -> None:
    runtime = Runtime()

    answer = function(runtime).invoke(sentences("I love you", ""))

    assert answer["status"] == 422
    assert [error["pointer"] for error in answer["errors"]] == ["#/sentences/1/query"]
    assert runtime.calls == []


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("", "String should have at least 1 character"),
        (" \n", "Input should have at least one word"),
        ("no " * 61, "Input should have at most 60 words"),
        ("n" * 1001, "String should have at most 1000 characters"),
        (7, "Input should be a valid string"),
    ],
)
def test_a_sentence_that_cannot_be_translated_is_refused_with_its_index(query: object, detail: str) -> None:
    runtime = Runtime()

    status, answer = post(runtime, sentences("I love you", query))

    assert (status, answer["errors"]) == (
        422,
        [{"row": 2, "column": "query", "pointer": "#/sentences/1/query", "detail": detail}],
    )
    assert runtime.calls == []


def test_sixty_words_are_translated() -> None:
    assert post(Runtime(), sentences("no " * 60))[0] == 200


@pytest.mark.parametrize(
    ("document", "status", "pointer"),
    [
        (sentences(*["yes"] * 101), 413, None),
        ({"sentences": []}, 422, "#/sentences"),
        ({"sentences": "I love you"}, 422, "#/sentences"),
        ({"sentences": [], "model": "other"}, 422, "#"),
        ({"sentences": [{"query": "I", "language": "fr"}]}, 422, "#/sentences/0"),
        ([], 422, "#"),
    ],
)
def test_a_body_that_is_not_the_contracts_is_refused(
    document: object, status: int, pointer: str | None
) -> None:
    runtime = Runtime()

    answered, problem = post(runtime, document)

    assert answered == status
    assert [error.get("pointer") for error in problem.get("errors", [])] == ([pointer] if pointer else [])
    assert runtime.calls == []


@pytest.mark.parametrize(
    "answer", ["ja", '{"predictions": []}', '{"predictions": [{"target": 1}, {"target": "ja"}]}']
)
def test_an_answer_that_cannot_be_used_is_a_502(answer: str) -> None:
    assert post(Runtime(answer), LOVE)[0] == 502


def test_what_an_endpoint_adds_to_its_translations_is_left_out() -> None:
    runtime = Runtime('{"predictions": [{"target": "ja", "matrix": [[1.0]], "score": 1}]}')

    assert post(runtime, sentences("yes")) == (200, {"predictions": [{"target": "ja"}]})


def test_csv_is_refused() -> None:
    assert function(Runtime()).post("I love you", "text/csv")[0] == 415


def test_the_function_carries_the_text_of_training() -> None:
    modules = carried(ROOT / "lambda" / "predict_translation")
    assert [path.name for path in modules] == ["translation_text.py"]


def test_the_document_is_openapi_and_its_example_is_the_issues() -> None:
    schemathesis.openapi.from_dict(OPENAPI).validate()

    content = OPENAPI["paths"]["/translate"]["post"]["requestBody"]["content"]
    assert content["application/json"]["example"] == LOVE
