"""The data exploration notebook: its sections, what it shows, and that it runs."""

import base64
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import nbformat
import pytest
from automl_tables import ANALYZE, TARGET, analyze, arguments, hold_out, table_text
from model_scripts import load, run
from nbclient import NotebookClient

exploration = load("automl/analyze/exploration_notebook")
html = load("automl/analyze/notebook_html")
charts = load("automl/analyze/exploration_charts")
table_file = load("shared/automl/table_file")

HOSTILE = '日本 <b>|$x^2$| *a* _b_ `c` \\(d\\) "e" [f](g)\x07'


def analyzed(folder: Path, names: tuple[str, str] = ("age", "plan"), rows: int = 150) -> Any:
    """The notebook on a table of two features, as it is read."""
    header, *lines = (line.split(",") for line in table_text(rows).splitlines())
    header = [*names, TARGET]
    analyze(
        folder,
        table_file.Table(
            header, [[line[0], f"<{names[1]}>" if line[1] == "a" else "b", line[2]] for line in lines]
        ),
    )
    return nbformat.read(folder / "notebooks" / exploration.FILE, as_version=4)


def text(notebook: Any) -> str:
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exploration")
    analyzed(folder)
    return folder


@pytest.fixture
def notebook(folder: Path) -> Any:
    return nbformat.read(folder / "notebooks" / exploration.FILE, as_version=4)


def test_it_is_valid_and_stored_without_outputs(notebook: Any) -> None:
    nbformat.validate(notebook)
    assert not [cell for cell in notebook.cells if cell.get("outputs")]


def test_it_has_the_sections_of_autopilot_s_and_links_to_each(notebook: Any) -> None:
    headings = re.findall(r"^## (.*)$", text(notebook), flags=re.MULTILINE)
    assert headings == ["Dataset Summary", "Report Contents", *exploration.SECTIONS]
    links = re.findall(r"^1\. \[(.*)\]\(#(.*)\)$", text(notebook), flags=re.MULTILINE)
    assert links == [(name, name.replace(" ", "-")) for name in exploration.SECTIONS]


def test_it_shows_the_figures_of_the_analysis(notebook: Any, folder: Path) -> None:
    analysis = json.loads((folder / "analysis/analysis.json").read_text())
    shown = text(notebook)
    duplicates = f"{analysis['duplicate_rows']['share']:.2%}"
    assert duplicates != "0.00%"
    assert f"<td>150</td><td>3</td><td>{duplicates}</td><td>left</td><td>0.00%</td>" in shown
    assert "<td>no</td><td>74.67%</td><td>112</td>" in shown
    for feature in analysis["features"]:
        assert f"<td>{feature['prediction_power']:.4f}</td>" in shown
    age, _ = analysis["features"]
    assert f"<td>{age['mean']:.6g}</td><td>{age['median']:.6g}</td>" in shown


def test_what_should_be_looked_at_first_is_in_a_box_at_the_top(notebook: Any) -> None:
    first, *_ = notebook.cells
    assert '<div class="alert alert-warning"><strong>Duplicate rows</strong>' in first.source


def test_it_runs_and_its_cells_show_tables(
    notebook: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(folder / "ipython"))
    client = NotebookClient(
        notebook,
        timeout=600,
        startup_timeout=600,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder / "notebooks")}},
    )
    client.execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(code) == 7
    for cell in code:
        [output] = cell.outputs
        assert "dataframe" in output.data["text/html"]
    assert "age" in code[0].outputs[0].data["text/plain"]


def test_no_name_and_no_cell_is_taken_for_markup_or_a_formula(tmp_path: Path) -> None:
    notebook = analyzed(tmp_path, (HOSTILE, "plan"))
    nbformat.validate(notebook)
    shown = text(notebook)
    assert "<b>" not in shown
    assert "<plan>" not in shown
    assert "&lt;plan&gt;" in shown
    assert "$" not in shown
    assert "\\" not in shown
    # A blank line ends HTML in Markdown: what follows would be read as markup.
    for table in re.findall(r"<table>.*?</table>", shown, flags=re.DOTALL):
        assert "\n\n" not in table


@pytest.mark.parametrize("letter", [*'*_`[]<>&|\\$#~^{}"\n\x07'])
def test_a_text_is_shown_as_it_is(letter: str) -> None:
    assert html.shown(f"a{letter}b") == f"a&#{ord(letter)};b"


def test_a_chart_is_an_image_of_its_own(tmp_path: Path) -> None:
    names = [HOSTILE, "b" * 50]
    for chart in (
        charts.bars('Powers, "$"', names, [0.25, 1.0], 1.0),
        charts.heat_map('Pairs, "$"', names, [[1.0, -0.5], [-0.5, 1.0]]),
    ):
        data = re.fullmatch(
            r'<img width="\d+" alt="[^"<>$\\]*" src="data:image/svg\+xml;base64,(.*)">', chart
        )
        assert data
        image = ElementTree.fromstring(base64.b64decode(data[1]))  # noqa: S314 - our own
        assert image.tag == "{http://www.w3.org/2000/svg}svg"
        bars = image.findall("{http://www.w3.org/2000/svg}rect")
        assert len(bars) in (2, 4)


def test_a_wide_and_long_table_is_shown_in_part(tmp_path: Path) -> None:
    rows = [
        [*(str(row * column % 7) for column in range(60)), ["no", "yes"][row % 3 == 0]] for row in range(120)
    ]
    analyze(tmp_path, table_file.Table([*(f"c{column}" for column in range(60)), TARGET], rows))
    notebook = nbformat.read(tmp_path / "notebooks" / exploration.FILE, as_version=4)
    assert "25 of 60 features are shown" in text(notebook)
    assert len(text(notebook)) < 120_000


def test_the_job_runs_in_its_image_alone(tmp_path: Path) -> None:
    hold_out(tmp_path, table_text())
    result = run("automl/analyze", *arguments(tmp_path, ANALYZE, TARGET)[:-2])
    assert (result.returncode, result.stderr) == (0, "")
    assert {path.name for path in (tmp_path / "analysis").iterdir()} == {"analysis.json", "schema.json"}
    assert len([*(tmp_path / "notebooks").iterdir()]) == 2


def test_a_table_without_a_column_to_learn_from_is_refused_and_nothing_is_analyzed(tmp_path: Path) -> None:
    rows = [["7", ["no", "yes"][row % 2]] for row in range(120)]
    with pytest.raises(SystemExit, match=r"^error: "):
        analyze(tmp_path, table_file.Table(["same", TARGET], rows))
    assert not (tmp_path / "analysis").exists()
