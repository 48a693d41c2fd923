from pathlib import Path

import nbformat
from model_scripts import load

notebook_file = load("shared/automl/notebook_file")


def test_a_notebook_is_valid_and_has_its_cells_in_order(tmp_path: Path) -> None:
    path = tmp_path / "new" / "one.ipynb"
    notebook_file.write_notebook(
        path, [notebook_file.markdown("\n# Übersicht\n\nText\n"), notebook_file.code("a = 1\na + 1")]
    )
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert [(cell.cell_type, cell.source) for cell in notebook.cells] == [
        ("markdown", "# Übersicht\n\nText"),
        ("code", "a = 1\na + 1"),
    ]
    assert notebook.metadata.kernelspec.name == "python3"
