"""A candidate's first and last container: rows to features, the algorithm's number to its label."""

import io
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_scripts import load, names_of_the_same, run

inference = load("automl/transform/inference")
record_io = load("shared/recordio/record_io")
pipelines = load("shared/transformers/feature_pipeline")
RequestError = load("shared/script/hop_request").RequestError
RECORDIO = "application/x-recordio-protobuf"

SCHEMA = {
    "target": "Churn?",
    "target_index": 2,
    "problem_type": "BinaryClassification",
    "labels": ["False.", "True."],
    "columns": [
        {"name": name, "type": kind, "missing": False}
        for name, kind in (("State", "text"), ("Day, Mins", "numeric"), ("Plan", "categorical"))
    ],
}
PLANS = ("no", "no", "yes", "no", "no")
DPP = """
from math import nan
from feature_pipeline import ColumnGroup, FeaturePipeline
from multi_column_tfidf_vectorizer import MultiColumnTfidfVectorizer
from robust_imputer import RobustImputer
from robust_standard_scaler import RobustStandardScaler
from threshold_one_hot_encoder import ThresholdOneHotEncoder

def build_feature_transform():
    return FeaturePipeline(
        [
            ColumnGroup(["Day, Mins"], [RobustImputer(strategy="constant", fill_value=nan)]),
            ColumnGroup(["Plan"], [ThresholdOneHotEncoder(threshold=2)]),
            ColumnGroup(["State"], [MultiColumnTfidfVectorizer()]),
        ],
        [RobustStandardScaler()],
    )
"""
ROWS = "\n".join(
    f"{('KS', 'OH', 'New York')[row % 3]},{100 + row % 7},{('False.', 'True.')[row % 2]},{PLANS[row % 5]}"
    for row in range(30)
)
WITHOUT = 'KS,103.5,no\nOH,,maybe\n"New York",1e300,yes'
WITH = 'KS,103.5,False.,no\nOH,,True.,maybe\n"New York",1e300,False.,yes'


def candidates_in(folder: Path, dpp: str = DPP) -> Path:
    processors = folder / "candidates" / "generated_module" / "candidate_data_processors"
    processors.mkdir(parents=True)
    (processors / "dpp0.py").write_text(dpp)
    (folder / "candidates" / "schema.json").write_text(json.dumps(SCHEMA))
    return folder / "candidates"


def fit(folder: Path, rows: str = ROWS, dpp: str = DPP, candidate: str = "dpp0-xgboost") -> Any:
    """What the job says, and its model folder below `folder`."""
    (folder / "train").mkdir(parents=True)
    (folder / "train" / "rows.csv").write_text(rows)
    (folder / "model").mkdir()
    return run(
        *("automl/transform/fit.py", "--candidate", candidate),
        environ={
            "SM_CHANNEL_TRAIN": folder / "train",
            "SM_CHANNEL_CANDIDATES": candidates_in(folder, dpp),
            "SM_MODEL_DIR": folder / "model",
        },
    )


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fitted")
    result = fit(folder)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "dpp0-xgboost: fitted 7 features on 30 rows\n"
    return folder / "model"


type Ask = Callable[..., Any]


@pytest.fixture
def asked(fitted: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    def ask(body: str | bytes, accept: str | None = None, type_: str = "text/csv", **environ: str) -> Any:
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        return inference.transform_fn(inference.model_fn(str(fitted)), body, type_, accept)

    return ask


def test_the_archive_has_all_that_serving_needs_and_a_second_one_is_the_same(
    fitted: Path, tmp_path: Path
) -> None:
    fit(tmp_path)
    names = names_of_the_same(fitted, tmp_path / "model")
    assert {"features.json", "features.npz", "schema.json", "inference.py", "feature_pipeline.py"} <= {*names}
    assert not {"fit.py", "dpp0.py"} & {*names}


def features(fitted: Path) -> Any:
    pipeline = pipelines.FeaturePipeline.load(fitted)
    cells = [["KS", "103.5", "no"], ["OH", "", "maybe"], ["New York", "1e300", "yes"]]
    return np.clip(pipeline.transform([*zip(*cells, strict=True)]), -record_io.LARGEST, record_io.LARGEST)


@pytest.mark.parametrize("sparse", ["0", "1"])
@pytest.mark.parametrize(("body", "labels"), [(WITHOUT, None), (WITH, [0, 1, 0])])
def test_rows_are_answered_as_records_with_the_label_of_a_row_that_has_its_target(
    asked: Ask, fitted: Path, sparse: str, body: str, labels: Any
) -> None:
    answer, content_type = asked(
        body, SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT=RECORDIO, AUTOML_SPARSE_ENCODE_RECORDIO_PROTOBUF=sparse
    )
    records = record_io.read(answer)
    assert content_type == RECORDIO
    assert np.allclose(records.features, features(fitted), rtol=1e-6, equal_nan=True)
    assert labels is None if records.labels is None else records.labels.tolist() == labels
    assert (answer == record_io.dense(records.features, records.labels)) == (sparse == "0")


@pytest.mark.parametrize("batch", ["", "true"])
def test_rows_are_answered_as_csv_with_the_label_first_and_nothing_where_a_number_is_missing(
    asked: Ask, fitted: Path, batch: str
) -> None:
    answer, content_type = asked(WITH, "text/csv", SAGEMAKER_BATCH=batch)
    assert content_type == "text/csv"
    assert answer.endswith(b"\n") == (not batch)
    rows = np.genfromtxt(io.BytesIO(answer), delimiter=",")
    assert np.allclose(rows[:, 0], [0, 1, 0])
    assert np.allclose(rows[:, 1:], features(fitted), equal_nan=True)
    assert math.isnan(rows[1, 1])


def test_a_row_alone_is_answered_as_it_is_among_others(asked: Ask) -> None:
    together, _ = asked(WITHOUT, RECORDIO)
    alone = b"".join(asked(line, RECORDIO)[0] for line in WITHOUT.split("\n"))
    assert alone == together


@pytest.mark.parametrize("accept", [None, "", "*/*", "application/json", RECORDIO])
def test_a_middle_hops_accept_does_not_change_what_the_next_container_reads(
    asked: Ask, accept: str | None
) -> None:
    assert asked(WITHOUT, accept, SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT=RECORDIO)[1] == RECORDIO


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ("", 400, "the body is empty; expected lines of CSV"),
        (b"\xff", 400, "the body is not UTF-8 text"),
        ("KS,1", 422, "row 1: expected 3 columns, or 4 with the target, got 2"),
        ("KS,1,no\nKS,1", 422, "row 2: expected 3 columns as in row 1, got 2"),
        ("KS,1,True.,no\nKS,1,no", 422, "row 2: expected 4 columns as in row 1, got 3"),
        ("KS,1,no\nKS,1,True.,no", 422, "row 2: expected 3 columns as in row 1, got 4"),
        ("KS,1,no\nKS,much,no", 422, 'row 2: column "Day, Mins" is not a number'),
        ("KS,much,no", 422, 'row 1: column "Day, Mins" is not a number'),
        ("KS,1,Wahr,no", 422, 'row 1: column "Churn?": expected one of the 2 labels'),
        ('KS,1,no\n"KS,1,no', 400, "row 2: a quoted field has a line feed"),
    ],
)
def test_a_bad_row_is_the_callers_fault_and_named(
    asked: Ask, body: str | bytes, status: int, message: str
) -> None:
    with pytest.raises(RequestError) as refused:
        asked(body)
    assert refused.value.status == status
    assert str(refused.value).startswith(message)


LINES = st.lists(
    st.lists(st.text(st.sampled_from('ab1.,"-e\u00fc \t\r\x00')), max_size=5).map(",".join), max_size=4
).map("\n".join)


@given(st.one_of(LINES, st.binary(max_size=40)))
def test_no_body_is_a_fault_of_the_container(fitted: Path, body: str | bytes) -> None:
    first = inference.model_fn(str(fitted))
    last = load("automl/transform/inverse_labels").InverseLabelTransform(fitted)
    for model in (first, last):
        try:
            inference.transform_fn(model, body, "text/csv", "text/csv")
        except RequestError as error:
            assert 400 <= error.status < 500


@pytest.mark.parametrize("mode", ["feature-transform", "inverse-label-transform"])
def test_another_media_type_is_refused(asked: Ask, mode: str) -> None:
    with pytest.raises(RequestError) as refused:
        asked("{}", type_="application/json", AUTOML_TRANSFORM_MODE=mode)
    assert refused.value.status == 415


@pytest.mark.parametrize(
    ("rows", "dpp", "candidate", "message"),
    [
        ("", DPP, "dpp0-xgboost", "rows.csv: the body is empty"),
        ("KS,1,no", DPP, "dpp0-xgboost", "rows.csv: expected the target in column 3"),
        (
            ROWS + "\nKS,1,,no",
            DPP,
            "dpp0-xgboost",
            'rows.csv: row 31: column "Churn?": expected one of the 2',
        ),
        (ROWS + "\nKS,x,True.,no", DPP, "dpp0-xgboost", 'row 31: column "Day, Mins" is not a number'),
        (ROWS, DPP, "dpp7-xgboost", "candidate: expected one of dpp0, which are in "),
        (ROWS, DPP, "../dpp0", "candidate: expected one of dpp0, which are in "),
        (ROWS, "import nowhere", "dpp0", "dpp0.py: ModuleNotFoundError: No module named 'nowhere'"),
        (ROWS, "def build(:", "dpp0", "dpp0.py: SyntaxError"),
        (ROWS, DPP.replace('"Plan"', '"Plane"'), "dpp0", "there is no column 'Plane' in the table"),
        (ROWS, "def build_feature_transform(): return 1", "dpp0", "expected a FeaturePipeline of build_"),
    ],
)
def test_a_fit_that_cannot_be_ends_with_its_reason_and_without_a_model(
    rows: str, dpp: str, candidate: str, message: str, tmp_path: Path
) -> None:
    result = fit(tmp_path, rows, dpp, candidate)
    assert result.returncode == 1
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert [*(tmp_path / "model").iterdir()] == []


LABELS = {"AUTOML_TRANSFORM_MODE": "inverse-label-transform"}
ALL = "predicted_label,probability,probabilities"


@pytest.mark.parametrize(
    ("accept", "body"),
    [
        ("text/csv", "False.\nTrue.\n"),
        ("*/*", "False.\nTrue.\n"),
        (
            "application/json",
            '{"predictions": [{"predicted_label": "False."}, {"predicted_label": "True."}]}',
        ),
        ("application/jsonlines", '{"predicted_label": "False."}\n{"predicted_label": "True."}\n'),
    ],
)
def test_numbers_are_answered_as_their_labels(asked: Ask, accept: str, body: str) -> None:
    assert asked("0\n1.0\n", accept, **LABELS) == (body, "text/csv" if accept == "*/*" else accept)


def test_what_else_the_algorithm_answers_is_passed_on_where_it_is_wanted(asked: Ask) -> None:
    body = '1,0.97,"[0.03, 0.97]"\n'
    csv, _ = asked(body, "text/csv", SAGEMAKER_INFERENCE_INPUT=ALL, **LABELS)
    assert csv == 'True.,0.97,"[0.03, 0.97]"\n'
    wanted = "labels,probability,predicted_label"
    document, _ = asked(body, "application/json", SAGEMAKER_INFERENCE_OUTPUT=wanted, **LABELS)
    expected = {"labels": ["False.", "True."], "probability": 0.97, "predicted_label": "True."}
    assert json.loads(document) == {"predictions": [expected]}
    assert [*json.loads(document)["predictions"][0]] == wanted.split(",")


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ("1\n0.97", 422, "row 2: predicted_label: expected the number of a label, 0 to 1"),
        ("1,0.97", 422, "row 1: expected predicted_label, got 2 columns"),
        ("", 400, "the body is empty"),
    ],
)
def test_an_answer_that_is_no_labels_number_is_refused(
    asked: Ask, body: str, status: int, message: str
) -> None:
    with pytest.raises(RequestError) as refused:
        asked(body, "text/csv", **LABELS)
    assert refused.value.status == status
    assert str(refused.value).startswith(message)


def test_an_answer_of_another_type_is_refused(asked: Ask) -> None:
    with pytest.raises(RequestError) as refused:
        asked("1", "text/html", **LABELS)
    assert refused.value.status == 406


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        (
            {"AUTOML_TRANSFORM_MODE": "both"},
            "expected feature-transform or inverse-label-transform, got both",
        ),
        ({**LABELS, "SAGEMAKER_INFERENCE_OUTPUT": "score"}, "expected columns of SAGEMAKER_INFERENCE_INPUT"),
    ],
)
def test_a_container_that_is_set_wrongly_does_not_start(
    asked: Ask, environ: dict[str, str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        asked("1", **environ)
