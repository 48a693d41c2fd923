import io

import pytest
from rich.console import Console
from rich.progress import Progress as Bars
from rich.progress import TextColumn

from local.pipeline.progress import Spinners
from local.terminal.console import print_table

HEADER, ROWS = ("step", "seconds"), [("Split", "1.5"), ("PreprocessData", "10.0")]


def test_a_table_is_tab_separated_for_other_programs(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(HEADER, ROWS)
    assert capsys.readouterr().out == "step\tseconds\nSplit\t1.5\nPreprocessData\t10.0\n"


def test_a_table_is_aligned_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    print_table(HEADER, ROWS)
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["step            seconds", "Split           1.5", "PreprocessData  10.0"]


@pytest.mark.parametrize(("stopping", "state"), [(False, "failed"), (True, "stopped")])
def test_a_terminal_shows_how_each_step_ended(stopping: bool, state: str) -> None:
    stream = io.StringIO()
    columns = (TextColumn("{task.description}"), TextColumn("{task.fields[state]}"))
    with Bars(*columns, console=Console(file=stream, force_terminal=True, width=40)) as bars:
        spinners = Spinners(bars)
        with spinners.step("Split"):
            pass
        with pytest.raises(ValueError, match="bad"), spinners.step("Fit", lambda: stopping):
            raise ValueError("bad")
        spinners.unchanged("Apply", "abc")
    assert "Split succeeded" in stream.getvalue()
    assert f"Fit   {state}" in stream.getvalue()
    assert "Apply unchanged since abc" in stream.getvalue()
