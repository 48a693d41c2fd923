"""The AutoML API's row, from the schema of a training."""

import json
import keyword
import sys
import warnings
from collections.abc import Iterator, Mapping
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from assemblies import ROOT
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError, create_model

from local.pipeline.held_out import HeldOut

sys.path.insert(0, str(ROOT / "scripts"))
import write_automl_table


def schema(*columns: tuple[str, str, bool]) -> dict[str, Any]:
    found = [{"name": name, "type": kind, "missing": missing} for name, kind, missing in columns]
    return {"target": "Leaves?", "labels": ["no", 'yes, "soon"'], "columns": found}


def imported(folder: Path, schema: Mapping[str, Any], *example: str) -> ModuleType:
    path = folder / "automl_table_of_a_test.py"
    path.write_text(write_automl_table.module(schema, example), encoding="utf-8")
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_committed_module_is_what_the_committed_schema_makes(capsys: pytest.CaptureFixture[str]) -> None:
    assert write_automl_table.main(["--check"]) == 0, capsys.readouterr().err


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for path in write_automl_table.FOLDER.iterdir():
        if path.is_file():
            (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(write_automl_table, "FOLDER", tmp_path)
    yield tmp_path


def test_a_module_of_another_schema_is_stale(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads((folder / "schema.json").read_text())
    found["columns"][0]["type"] = "numeric"
    (folder / "schema.json").write_text(json.dumps(found))
    assert write_automl_table.main(["--check"]) == 1
    assert "is stale; run: python scripts/write_automl_table.py" in capsys.readouterr().err


def test_the_schema_and_a_row_are_those_of_the_last_training(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    analysis, rows = tmp_path / "analysis", tmp_path / "rows.csv"
    analysis.mkdir()
    (analysis / "schema.json").write_text(json.dumps(schema(("Age", "numeric", False))))
    rows.write_text("42\n43\n")
    monkeypatch.setattr(write_automl_table.assembly, "load", lambda path: None)
    monkeypatch.setattr(HeldOut, "of_last_training", lambda *given: HeldOut([rows], {"analysis": analysis}))
    monkeypatch.setattr(write_automl_table.subprocess, "run", _but_not("write_openapi.py"))

    assert write_automl_table.main([]) == 0
    assert "age: Annotated[Number" in (folder / "automl_table.py").read_text()
    assert write_automl_table.main(["--check"]) == 0


def _but_not(program: str) -> Any:
    run = write_automl_table.subprocess.run

    def instead(command: Any, **given: Any) -> Any:
        return None if program in str(command) else run(command, **given)

    return instead


def test_numbers_are_numbers_may_be_missing_where_they_were_and_all_else_is_text(tmp_path: Path) -> None:
    columns = (
        ("Age", "numeric", False),
        ("Wage", "numeric", True),
        ("Id", "id", False),
        ("At", "datetime", True),
    )
    row = imported(tmp_path, schema(*columns), "1", "2", "x", "2020-01-01").Row
    assert row(age=1, wage=None, id="7", at="").wage is None
    for wrong in ({"age": None}, {"age": "1"}, {"wage": "2"}, {"id": 7}, {"at": None}, {"age": float("nan")}):
        with pytest.raises(ValidationError):
            row(**{"age": 1, "wage": 2.5, "id": "7", "at": "", **wrong})


def test_labels_and_the_example_are_those_of_the_table(tmp_path: Path) -> None:
    module = imported(tmp_path, schema(("Name", "text", False)), 'a "b", c')
    assert module.Label.__args__ == ("no", 'yes, "soon"')
    assert (module.TARGET, module.EXAMPLE_ROW) == ("Leaves?", '"a ""b"", c"')


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["Int'l Plan", "Churn?"], ["intl_plan", "churn"]),
        (["Größe (cm)", "naïve"], ["grosse_cm", "naive"]),
        (["A b", "a-B", "A.B"], ["a_b", "column_2", "column_3"]),
        (["class", "1st", "數量", ""], ["column_1", "column_2", "column_3", "column_4"]),
        (["Column 2", "☃"], ["column_1", "column_2"]),
        (["construct", "schema json", "parse_obj", "model_dump"], [f"column_{one}" for one in (1, 2, 3, 4)]),
        (["x" * 64, "y" * 65], ["x" * 64, "column_2"]),
        (["model_config", "copy", "Two\nlines"], ["column_1", "column_2", "two_lines"]),
    ],
)
def test_a_field_is_called_like_its_column_as_far_as_python_can(
    columns: list[str], expected: list[str]
) -> None:
    assert write_automl_table.names(columns) == expected


@given(
    st.lists(
        st.one_of(
            st.text(max_size=100),
            st.sampled_from(dir(BaseModel)),
            st.sampled_from(keyword.kwlist),
            st.from_regex(r"[Cc]olumn[ _][1-9]", fullmatch=True),
            st.just("x" * 3000),
        ),
        max_size=12,
    )
)
def test_names_of_fields_are_unique_short_and_leave_pydantic_its_own(columns: list[str]) -> None:
    found = write_automl_table.names(columns)
    assert len({*found}) == len(found) == len(columns)
    assert max(map(len, found), default=0) <= 64
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fields: dict[str, Any] = dict.fromkeys(found, (str, ...))
        assert list(create_model("Row", **fields).model_fields) == found


def test_every_column_becomes_a_field_with_the_column_as_its_title(tmp_path: Path) -> None:
    names = ["a b", "a-b", 'say "x"', "back\\slash", "two\nlines", "數量"]
    module = imported(tmp_path, schema(*((name, "text", False) for name in names)), *("x" for _ in names))
    assert [field.title for field in module.Row.model_fields.values()] == names


def test_an_example_of_another_table_is_refused() -> None:
    with pytest.raises(ValueError, match="expected an example with 1 cells, got 2"):
        write_automl_table.module(schema(("Age", "numeric", False)), ["1", "2"])
