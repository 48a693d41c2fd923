import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from model_scripts import load, names_of_the_same, run
from sklearn.metrics import f1_score
from whole_way import Hop

inference = load("churn/postprocess/inference")
threshold = load("churn/postprocess/churn_threshold")
RequestError = load("shared/script/hop_request").RequestError

JSON = "application/json"
JSON_LINES = "application/jsonlines"


@pytest.fixture
def hop() -> Hop:
    return Hop("postprocess", 0.4)


@pytest.mark.parametrize(
    "body", ["0.25\n0.97\n", "0.25\n0.97", "0.25\r\n0.97\r\n", "0.25,0.97", "0.25,0.97\n", b"2.5e-1\n+.97\n"]
)
@pytest.mark.parametrize("content_type", ["text/csv", "text/csv; charset=utf-8", "TEXT/CSV"])
def test_scores_are_read_a_line_each_or_all_on_one_line(
    hop: Hop, body: str | bytes, content_type: str
) -> None:
    assert hop.answer(body, content_type) == ("False\nTrue\n", "text/csv")


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8"])
def test_scores_are_read_from_xgboost_s_json(hop: Hop, content_type: str) -> None:
    body = '{"predictions":[{"score":0.25},{"score":1}]}'
    assert (
        hop.answer(body, content_type)
        == hop.answer(body.encode(), content_type)
        == ("False\nTrue\n", "text/csv")
    )


@pytest.mark.parametrize("accept", [None, "", "*/*", "text/csv", "text/*", "text/csv; charset=utf-8"])
def test_one_row_answers_exactly_one_word_and_a_newline(hop: Hop, accept: str) -> None:
    assert hop.answer("0.39999998\n", accept=accept) == ("False\n", "text/csv")
    assert hop.answer("0.40000004\n", accept=accept) == ("True\n", "text/csv")


@pytest.mark.parametrize(
    ("accept", "answer"),
    [
        (None, "False\nTrue"),
        (JSON_LINES, '{"churn": false, "score": 0.25}\n{"churn": true, "score": 0.97}'),
    ],
)
def test_a_batch_gets_no_last_newline_since_the_job_ends_each_answer_itself(
    monkeypatch: pytest.MonkeyPatch, accept: str | None, answer: str
) -> None:
    monkeypatch.setenv("SAGEMAKER_BATCH", "true")
    started = load.__wrapped__("churn/postprocess/inference")
    assert started.output_fn(started.predict_fn([0.25, 0.97], 0.4), accept)[0] == answer


def test_a_score_on_the_threshold_stays(hop: Hop) -> None:
    assert hop.answer("0.4")[0] == "False\n"


def test_json_holds_a_prediction_with_its_score_for_each_row(hop: Hop) -> None:
    assert hop.answer("0.97\n", accept=JSON) == ('{"predictions": [{"churn": true, "score": 0.97}]}', JSON)


def test_json_lines_hold_one_prediction_each(hop: Hop) -> None:
    expected = '{"churn": true, "score": 0.97}\n{"churn": false, "score": 3e-05}\n'
    assert hop.answer("0.97\n0.00003\n", accept=JSON_LINES) == (expected, JSON_LINES)


@given(st.lists(st.floats(0, 1, width=32).map(np.float32), min_size=1, max_size=50))
def test_scores_come_out_as_they_went_in(scores: list[np.float32]) -> None:
    body = "".join(f"{score!s}\n" for score in scores)
    hop = Hop("postprocess", 0.4)
    predictions = json.loads(hop.answer(body, accept=JSON)[0])["predictions"]
    lines = [json.loads(line) for line in hop.answer(body, accept=JSON_LINES)[0].splitlines()]
    assert predictions == lines
    assert [np.float32(one["score"]) for one in predictions] == scores
    assert [one["churn"] for one in predictions] == [float(f"{score!s}") > 0.4 for score in scores]
    assert [f"{one['churn']}\n" for one in predictions] == hop.answer(body)[0].splitlines(keepends=True)


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "application/json;q=0"])
def test_what_cannot_be_answered_is_refused(hop: Hop, accept: str) -> None:
    with pytest.raises(RequestError, match="text/csv, application/json, application/jsonlines") as refusal:
        hop.answer("0.5", accept=accept)
    assert refusal.value.status == 406


@pytest.mark.parametrize("content_type", ["text/html", "application/x-npy", "", None])
def test_another_media_type_is_refused(content_type: str | None) -> None:
    with pytest.raises(RequestError) as refusal:
        inference.input_fn("0.5", content_type)
    assert refusal.value.status == 415


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ("", 400, "empty"),
        ("<html>", 422, "row 1: the score"),
        ("0.5\nnan\n", 422, "row 2: the score is not a number between 0 and 1"),
        ("0.5\n1.5\n", 422, "row 2"),
        ("0.5\n-0.1\n", 422, "row 2"),
        ("0.5,0.5\n0.5\n", 422, "row 1"),
        ("0_5", 422, "row 1"),
        ("0.5,", 422, "row 2"),
        (b"\xff", 400, "UTF-8"),
    ],
)
def test_csv_that_holds_other_things_than_scores_is_refused(
    hop: Hop, body: str | bytes, status: int, message: str
) -> None:
    with pytest.raises(RequestError, match=message) as refusal:
        hop.answer(body)
    assert refusal.value.status == status


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400),
        ("{", 400),
        (b"\xff", 400),
        ("[" * 100_000, 400),
        ("9" * 5000, 400),
        ("[]", 422),
        ("{}", 422),
        ('{"predictions": []}', 422),
        ('{"predictions": 1}', 422),
        ('{"predictions": [0.5]}', 422),
        ('{"predictions": [{"score": "0.5"}]}', 422),
        ('{"predictions": [{"score": true}]}', 422),
        ('{"predictions": [{"score": NaN}]}', 422),
        ('{"predictions": [{"score": 2}]}', 422),
        ('{"predictions": [{}]}', 422),
    ],
)
def test_json_that_holds_other_things_than_scores_is_refused(
    hop: Hop, body: str | bytes, status: int
) -> None:
    with pytest.raises(RequestError) as refusal:
        hop.answer(body, JSON)
    assert refusal.value.status == status


labeled_scores = st.lists(
    st.tuples(st.sampled_from([0.0, 1.0]), st.integers(0, 20).map(lambda score: score / 20)),
    min_size=2,
    max_size=60,
).map(np.array)


@given(rows=labeled_scores)
def test_the_threshold_is_as_good_as_the_best_and_lies_between_scores(rows: np.ndarray) -> None:
    labels, scores = rows.T
    assume(len({*labels}) == 2 and len({*scores}) > 1)
    chosen, f1 = threshold.fit(labels, scores)
    edges = np.unique(scores)
    best = max(f1_score(labels, scores > edge, zero_division=0) for edge in edges[:-1])
    assert f1 == pytest.approx(f1_score(labels, scores > chosen, zero_division=0))
    assert f1 >= best - threshold.TOLERANCE - 1e-12
    assert edges[0] < chosen < edges[-1]


def test_the_threshold_is_in_the_middle_of_the_widest_good_range() -> None:
    """From 0.1 to 0.2 and from 0.3 to 0.8 F1 is the same; the second leaves more room for new rows."""
    labels, scores = np.array([0, 1, 0, 0, 1.0]), np.array([0.1, 0.2, 0.25, 0.3, 0.8])
    assert threshold.fit(labels, scores) == (pytest.approx(0.55), pytest.approx(2 / 3))


@pytest.mark.parametrize(
    ("labels", "scores", "message"),
    [
        ([0, 0], [0.1, 0.2], "label 0 and rows with label 1"),
        ([0, 2], [0.1, 0.2], "and no others"),
        ([0, 1], [0.1, 0.1], "two different scores"),
    ],
)
def test_a_validation_part_without_a_choice_is_refused(
    labels: list[float], scores: list[float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        threshold.fit(np.array(labels, float), np.array(scores))


def fitted(folder: Path, content: str) -> tuple[Path, str]:
    validation, model = folder / "validation", folder / "model"
    validation.mkdir(parents=True)
    model.mkdir()
    (validation / "scores.csv").write_text(content)
    environ = {"SM_CHANNEL_VALIDATION": validation, "SM_MODEL_DIR": model}
    return model, run("churn/postprocess/fit.py", environ=environ).stderr


def test_fitting_twice_writes_the_same_complete_folder(tmp_path: Path) -> None:
    (first, errors), (second, _) = (fitted(tmp_path / name, "0,0.2\n1,0.9\n") for name in "ab")
    assert errors == ""
    assert names_of_the_same(first, second) == [
        *(
            "churn_scores.py",
            "churn_threshold.py",
            "hop_request.py",
            "inference.py",
            "plain_number.py",
            "parameters.json",
        )
    ]
    assert Hop("postprocess", inference.model_fn(str(first))).answer("0.5\n0.6")[0] == "False\nTrue\n"


def test_a_part_without_a_choice_leaves_no_model(tmp_path: Path) -> None:
    model, errors = fitted(tmp_path, "0,0.2\n0,0.9\n")
    assert errors.startswith("error: ")
    assert "needs rows with label 0 and rows with label 1" in errors
    assert [*model.iterdir()] == []
