"""What batch transform keeps from the model, joins to its answers and chooses of them."""

import json
from typing import Any

import pytest
from transform_bench import JOINED, Bench

from local.errors import JobError


def test_joined_results_have_the_rows_before_the_answers_to_them(bench: Bench) -> None:
    bench.put("a.csv", b"1\n2\r\n3")
    found = bench.run({"TAG": "x"}, DataProcessing=JOINED, BatchStrategy="SingleRecord")
    assert found["a.csv.out"].splitlines() == [b"1,1,x", b"2,2,x", b"3,3,x"]


def test_answers_of_another_media_type_are_not_joined(bench: Bench) -> None:
    bench.put("a.csv", b"1\n2\n")
    with pytest.raises(JobError, match=r"a\.csv: lines 1 to 2: answers in application/json cannot be joined"):
        bench.run({"BEHAVIOR": "report", "CONTENT_TYPE": "application/json"}, DataProcessing=JOINED)
    assert bench.results() == {}


JSON_JOB: dict[str, Any] = {
    "TransformInput": {"ContentType": "application/jsonlines", "SplitType": "Line"},
    "TransformOutput": {"Accept": "application/jsonlines", "AssembleWith": "Line"},
}
ECHO = {"BEHAVIOR": "report", "CONTENT_TYPE": "application/jsonlines"}


@pytest.mark.parametrize("strategy", ["MultiRecord", "SingleRecord"])
@pytest.mark.parametrize(
    ("processing", "expected"),
    [
        ({"InputFilter": "$[1:]"}, b"1,2,x\n3,4,x\n"),
        ({"InputFilter": "$[0]"}, b"a,x\nb,x\n"),
        ({"InputFilter": "$[2,0]"}, b"2,a,x\n4,b,x\n"),
        ({"InputFilter": "$[1:]", "JoinSource": "Input"}, b"a,1,2,1,2,x\nb,3,4,3,4,x\n"),
        (
            {"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"},
            b"a,x\nb,x\n",
        ),
        ({"JoinSource": "Input", "OutputFilter": "$[0,3:]"}, b"a,a,1,2,x\nb,b,3,4,x\n"),
        ({"OutputFilter": "$[-1]"}, b"x\nx\n"),
    ],
)
def test_columns_of_csv_are_kept_from_the_model_joined_and_chosen(
    bench: Bench, processing: dict[str, str], expected: bytes, strategy: str
) -> None:
    bench.put("a.csv", b"a,1,2\nb,3,4\n")
    found = bench.run({"BEHAVIOR": "records"}, DataProcessing=processing, BatchStrategy=strategy)
    assert found == {"a.csv.out": expected}


def test_cells_stay_whole_through_filters(bench: Bench) -> None:
    bench.put("a.csv", b'"Leeds, UK",1,"says ""no"""\n\xff,2,\n')
    found = bench.run({"BEHAVIOR": "records"}, DataProcessing={"InputFilter": "$[2,0]"})
    assert found == {"a.csv.out": b'"says ""no""","Leeds, UK",x\n,\xff,x\n'}


@pytest.mark.parametrize(
    ("processing", "expected"),
    [
        ({"InputFilter": "$.features"}, [[1, 2], [3]]),
        ({"InputFilter": "$.features[0]"}, [1, 3]),
        ({"InputFilter": "$['features','id']"}, [{"features": [1, 2], "id": 7}, {"features": [3], "id": 8}]),
        (
            {"InputFilter": "$.features", "JoinSource": "Input"},
            [
                {"id": 7, "features": [1, 2], "SageMakerOutput": [1, 2]},
                {"id": 8, "features": [3], "SageMakerOutput": [3]},
            ],
        ),
        (
            {"InputFilter": "$.features", "JoinSource": "Input", "OutputFilter": "$['id','SageMakerOutput']"},
            [{"id": 7, "SageMakerOutput": [1, 2]}, {"id": 8, "SageMakerOutput": [3]}],
        ),
        ({"OutputFilter": "$.id"}, [7, 8]),
    ],
)
def test_members_of_json_are_kept_from_the_model_joined_and_chosen(
    bench: Bench, processing: dict[str, str], expected: list[Any]
) -> None:
    bench.put("a.jsonl", b'{"id": 7, "features": [1, 2]}\n\n{"id": 8, "features": [3]}\n')
    found = bench.run(ECHO, DataProcessing=processing, **JSON_JOB)
    assert [json.loads(line) for line in found["a.jsonl.out"].splitlines()] == expected


def test_what_is_no_object_is_joined_beside_its_answer(bench: Bench) -> None:
    bench.put("a.jsonl", b'[1, 2]\n"b"\n')
    found = bench.run(ECHO, DataProcessing=JOINED, **JSON_JOB)["a.jsonl.out"]
    assert [json.loads(line) for line in found.splitlines()] == [
        {"SageMakerInput": [1, 2], "SageMakerOutput": [1, 2]},
        {"SageMakerInput": "b", "SageMakerOutput": "b"},
    ]


def test_a_whole_document_is_one_record(bench: Bench) -> None:
    bench.put("a.json", b'{\n "id": 7,\n "features": [1.5]\n}\n')
    changes = {
        "TransformInput": {"ContentType": "application/json", "SplitType": "None"},
        "TransformOutput": {"AssembleWith": "None"},
    }
    echo = {**ECHO, "CONTENT_TYPE": "application/json"}
    found = bench.run(echo, DataProcessing={**JOINED, "InputFilter": "$.features"}, **changes)
    assert json.loads(found["a.json.out"]) == {"id": 7, "features": [1.5], "SageMakerOutput": [1.5]}


@pytest.mark.parametrize(
    ("processing", "body", "message"),
    [
        (
            {"InputFilter": "$[5]"},
            b"1,2\n",
            r"line 1: InputFilter \$\[5\]: the index 5 is out of range for 2 elements",
        ),
        (
            {"InputFilter": "$[2]"},
            b"\n1,2,3\n\n1,2\n",
            r"line 4: InputFilter \$\[2\]: the index 2 is out of range",
        ),
        ({"OutputFilter": "$[9]"}, b"1,2\n", r"line 1: OutputFilter \$\[9\]: the index 9 is out of range"),
        ({"InputFilter": "$.id"}, b"1,2\n", "expected an object with 'id'"),
        ({"InputFilter": "$[0]"}, b'1\n2\n"3"4,\n', "line 3: a quoted field is not closed correctly"),
    ],
)
def test_a_filter_that_selects_nothing_names_the_line(
    bench: Bench, processing: dict[str, str], body: bytes, message: str
) -> None:
    bench.put("a.csv", body)
    with pytest.raises(JobError, match=message):
        bench.run({"BEHAVIOR": "records"}, DataProcessing=processing)
    assert bench.results() == {}


def test_a_line_that_is_no_json_is_named(bench: Bench) -> None:
    bench.put("a.jsonl", b'{"a": 1}\n{"a": NaN}\n')
    with pytest.raises(JobError, match="line 2: it is not JSON"):
        bench.run(ECHO, DataProcessing={"InputFilter": "$.a"}, **JSON_JOB)
