"""The ten candidates of a table: their files, and the module that trains and serves them."""

import ast
import json
import math
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from model_scripts import MODEL_CODE, as_archived, load, names_of_the_same, run

candidates = load("automl/analyze/candidates")
recipes = load("automl/analyze/candidate_recipes")
module = load("automl/analyze/generated_module")
notebook = load("automl/analyze/candidate_notebook")
table_schema = load("shared/automl/table_schema")
candidate_file = load("automl/transform/candidate_file")

TYPES = {
    "State": "text",
    "Mins": "numeric",
    "Area": "numeric",
    "Plan": "categorical",
    "Phone": "text",
    "Since": "datetime",
    "Id": "id",
    "Zero": "constant",
}


def schema(types: dict[str, str] = TYPES) -> Any:
    columns = [table_schema.Column(name, kind, False) for name, kind in types.items()]
    return table_schema.Schema("Churn?", "BinaryClassification", ["False.", "True."], columns, len(columns))


def write(folder: Path, types: dict[str, str] = TYPES, **environ: str) -> list[dict[str, Any]]:
    candidates.write_candidates(
        schema(types), candidates=folder / "candidates", notebooks=folder / "notebooks", environ=environ
    )
    written: list[dict[str, Any]] = json.loads((folder / "candidates" / "candidates.json").read_text())
    return written


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("analyzed")
    write(folder)
    return folder


def rows(count: int = 60) -> list[list[str]]:
    return [
        [
            ["KS", "OH", "NJ"][row % 3],
            "" if row % 9 == 0 else str(row % 7 * 1.5),
            str(408 + row % 3),
            ["no", "yes"][row % 5 == 0],
            f"{row % 7:03}-{row:04}",
            "" if row % 9 == 0 else f"2024-0{1 + row % 9}-1{row % 10}T0{row % 10}:30",
            str(row),
            "1",
            ["False.", "True."][row % 4 == 0],
        ]
        for row in range(count)
    ]


def test_there_are_ten_each_for_one_algorithm_as_the_pipeline_knows_them(folder: Path) -> None:
    written = json.loads((folder / "candidates" / "candidates.json").read_text())
    assert [one["data_processor"] for one in written] == [f"dpp{number}" for number in range(10)]
    names = [one["name"] for one in written]
    assert {"dpp0-xgboost", "dpp2-linear-learner"} <= {*names}
    ranges = json.loads(candidates.RANGES.read_text())
    for one in written:
        algorithm = ranges[one["algorithm"]]
        assert one["name"] == f"{one['data_processor']}-{one['algorithm']}"
        assert {name: one[name] for name in algorithm} == algorithm


def test_the_first_leaves_missing_numbers_and_the_linear_one_marks_them(folder: Path) -> None:
    first, _, third, *_ = json.loads((folder / "candidates" / "candidates.json").read_text())
    assert [(one["name"], one["columns"]) for one in first["transformers"]] == [
        ("RobustImputer", ["Mins", "Area"]),
        ("ThresholdOneHotEncoder", ["Plan"]),
        ("MultiColumnTfidfVectorizer", ["State", "Phone"]),
        ("DateTimeVectorizer", ["Since"]),
        ("RobustImputer", ["Since"]),
        ("RobustStandardScaler", []),
    ]
    assert first["transformers"][0]["parameters"] == {"strategy": "constant", "fill_value": "nan"}
    assert first["transformers"][2]["parameters"] == {"min_df": 0.0021, "max_features": 5000}
    assert (first["sparse"], third["sparse"]) == (True, False)
    assert [one["name"] for one in third["transformers"]] == [
        "RobustImputer",
        "QuantileExtremeValuesTransformer",
        "ThresholdOneHotEncoder",
        "MultiColumnTfidfVectorizer",
        "DateTimeVectorizer",
        "RobustImputer",
        "RobustPCA",
        "RobustStandardScaler",
    ]
    assert third["transformers"][0]["parameters"] == {"strategy": "median", "add_indicator": True}


@pytest.mark.parametrize("number", range(10))
def test_a_candidates_file_builds_the_transformers_that_the_list_has(folder: Path, number: int) -> None:
    listed = json.loads((folder / "candidates" / "candidates.json").read_text())[number]
    pipeline = candidate_file.load(folder / "candidates", listed["name"])
    built = [(one, group.names) for group in pipeline.groups for one in group.transformers]
    built += [(one, []) for one in pipeline.steps]
    for (one, columns), expected in zip(built, listed["transformers"], strict=True):
        assert (type(one).__name__, columns) == (expected["name"], expected["columns"])
        parameters = json.loads(json.dumps(one.parameters()))
        assert {name: parameters[name] for name in expected["parameters"]} == expected["parameters"]


@pytest.mark.parametrize("number", range(10))
def test_each_candidate_makes_features_of_the_rows(folder: Path, number: int) -> None:
    pipeline = candidate_file.load(folder / "candidates", f"dpp{number}")
    columns = [*zip(*rows(), strict=True)][:-1]
    pipeline.fit([*TYPES], columns)
    features = pipeline.transform(columns)
    assert features.shape == (60, pipeline.width)
    missing = {row for row in range(60) if any(math.isnan(one) for one in features[row])}
    assert missing in (set(), {*range(0, 60, 9)})


def test_its_parts_are_those_of_the_transform_archive_and_of_the_notebook(tmp_path: Path) -> None:
    for name in ("transform", "candidate_run"):
        as_archived(MODEL_CODE / "automl" / name, tmp_path / name)
    needed = {path.stem for path in tmp_path.glob("*/*.py")}
    assert {*module.MODULES} == needed - {*module.PROGRAMS}


def test_the_module_trains_an_edited_candidate_by_itself(tmp_path: Path) -> None:
    write(tmp_path)
    dpp = tmp_path / "candidates" / "generated_module" / "candidate_data_processors" / "dpp0.py"
    dpp.write_text(
        dpp.read_text()
        .replace("RobustStandardScaler()", "RobustPCA(n_components=3)")
        .replace(
            "from robust_standard_scaler import RobustStandardScaler", "from robust_pca import RobustPCA"
        )
        .replace('strategy="constant", fill_value=nan', 'strategy="median"')
    )
    for name in ("train", "model"):
        (tmp_path / name).mkdir()
    (tmp_path / "train" / "rows.csv").write_text("\n".join(map(",".join, rows())))
    result = run(
        tmp_path / "candidates" / "generated_module" / "trainer.py",
        *("--candidate", "dpp0-xgboost"),
        environ={
            "SM_CHANNEL_TRAIN": tmp_path / "train",
            "SM_CHANNEL_CANDIDATES": tmp_path / "candidates",
            "SM_MODEL_DIR": tmp_path / "model",
        },
    )
    assert result.stderr == ""
    assert result.stdout == "dpp0-xgboost: fitted 3 features on 60 rows\n"
    code = {path.name for path in (tmp_path / "model" / "code").iterdir()}
    assert "sagemaker_serve.py" in code
    assert not {"trainer.py", "dpp0.py"} & code


def test_the_same_table_gives_the_same_files(folder: Path, tmp_path: Path) -> None:
    write(tmp_path)
    assert names_of_the_same(folder, tmp_path)


HOSTILE = {
    'ä "quoted" column': "numeric",
    "nan": "categorical",
    "back\\slash": "text",
    "'": "numeric",
    "{braces} %s": "categorical",
    "NUMERIC": "numeric",
    "2024": "datetime",
}


def test_any_name_of_a_column_is_read_from_its_file_as_it_is(tmp_path: Path) -> None:
    write(tmp_path, HOSTILE)
    pipeline = candidate_file.load(tmp_path / "candidates", "dpp0")
    assert {name for group in pipeline.groups for name in group.names} == {*HOSTILE}


def test_a_kind_that_the_table_does_not_have_is_left_out(tmp_path: Path) -> None:
    first, *_ = write(tmp_path, {"Plan": "categorical"})
    assert [one["name"] for one in first["transformers"]] == [
        "ThresholdOneHotEncoder",
        "RobustStandardScaler",
    ]
    assert first["description"].startswith(
        "Categorical columns go through ThresholdOneHotEncoder. All features"
    )


def test_a_table_of_ids_and_constants_has_no_candidate_and_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there is no column to learn from"):
        write(tmp_path, {"Id": "id", "Zero": "constant"})
    assert [*tmp_path.iterdir()] == []


def test_the_notebook_is_valid_and_has_autopilots_sections(folder: Path) -> None:
    stored = nbformat.read(folder / "notebooks" / notebook.FILE, as_version=4)
    nbformat.validate(stored)
    headings = [
        line
        for cell in stored.cells
        if cell.cell_type == "markdown"
        for line in cell.source.splitlines()
        if line.startswith(("## ", "### "))
    ]
    assert headings == [
        "## SageMaker Setup",
        "## Candidate Pipelines",
        "### Generated Candidates",
        "### Selected Candidates",
        "## Executing the Candidate Pipelines",
        "### Run Data Transformation Steps",
        "### Multi Algorithm Hyperparameter Tuning",
        "## Model Selection and Deployment",
        "### Tuning Job Result Overview",
        "### Model Deployment",
        "### Cleanup",
    ]
    code = [cell.source for cell in stored.cells if cell.cell_type == "code"]
    assert sum("select_candidate(" in source for source in code) == 10
    for source in code:
        ast.parse(source)


def test_the_notebook_has_what_is_known_of_the_account(tmp_path: Path) -> None:
    write(tmp_path, AUTOML_ROLE_ARN="arn:aws:iam::1:role/one", AUTOML_TRAIN="s3://bucket/train", OTHER="no")
    text = (tmp_path / "notebooks" / notebook.FILE).read_text()
    for expected in ("arn:aws:iam::1:role/one", "s3://bucket/train", '\\"AUTOML_OUTPUT\\": \\"\\"'):
        assert expected in text
    assert "OTHER" not in text


def test_the_zip_that_a_job_runs_writes_what_the_folder_writes(tmp_path: Path) -> None:
    (tmp_path / "development").mkdir()
    header = ",".join([*TYPES, "Churn?"])
    lines = "".join(f"{','.join(row)}\n" for row in rows(120))
    (tmp_path / "development" / "table.csv").write_text(f"{header}\n{lines}")
    code = as_archived(MODEL_CODE / "automl" / "analyze", tmp_path / "code")
    archive = Path(shutil.make_archive(str(tmp_path / "job"), "zip", code))
    for program in (code, archive):
        outputs = {
            name: tmp_path / f"of-{program.name}" / name for name in ("analysis", "candidates", "notebooks")
        }
        options = [part for name, place in outputs.items() for part in (f"--{name}", str(place))]
        command = [sys.executable, str(program), "--development", str(tmp_path / "development"), *options]
        subprocess.run([*command, "--target", "Churn?"], check=True, capture_output=True, cwd="/")
    written = names_of_the_same(tmp_path / "of-code" / "candidates", tmp_path / "of-job.zip" / "candidates")
    assert {"candidates.json", "dpp0.py", "trainer.py"} <= {*written}
