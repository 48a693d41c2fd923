"""`python -m quality.resilience` over promises made up for the test."""

import json
from pathlib import Path

import pytest

from assembly.errors import SlipwayError
from quality.resilience.__main__ import main
from quality.resilience.promise import Context, Figure, Result, exactly


def kept(_: Context) -> Result:
    return Result("Nothing is lost", [exactly("lost", 0, "requests", 0), Figure("p99", 0.1234, "s")])


def broken(_: Context) -> Result:
    return Result("Most are answered", [Figure("answered", 0.5, "of the peak", at_least=0.9)])


def impossible(_: Context) -> Result:
    raise SlipwayError("there is no endpoint")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_promise_that_is_kept_gives_a_table_a_report_and_success(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([], {"loss": kept}) == 0
    assert "loss\tlost\t0\trequests\t0\tholds\nloss\tp99\t0.123\ts\t\t\n" in capsys.readouterr().out
    [promise] = json.loads((folder / "build/reports/resilience.json").read_text())["promises"]
    assert (promise["promise"], promise["holds"]) == ("Nothing is lost", True)
    assert promise["figures"][1]["value"] == 0.1234
    table = (folder / "build/reports/resilience.md").read_text()
    assert "| Nothing is lost | lost: 0 requests; p99: 0.123 s |\n" in table


def test_a_broken_promise_is_marked_and_fails(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], {"loss": kept, "load": broken}) == 1
    out, err = capsys.readouterr()
    assert "load\tanswered\t0.5\tof the peak\tat least 0.9\tBROKEN\n" in out
    assert "error: broken: load\n" in err
    table = (folder / "build/reports/resilience.md").read_text()
    assert "**answered: 0.5 of the peak (promised: at least 0.9)**" in table


def test_a_promise_that_is_measured_alone_stands_beside_the_others(folder: Path) -> None:
    promises = {"loss": kept, "load": broken}
    main([], promises)
    assert main(["loss"], promises) == 0
    found = json.loads((folder / "build/reports/resilience.json").read_text())["promises"]
    assert [one["name"] for one in found] == ["loss", "load"]


def test_what_cannot_be_measured_is_an_error_and_a_wrong_name_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([], {"loss": impossible}) == 1
    assert "error: there is no endpoint\n" in capsys.readouterr().err
    with pytest.raises(SystemExit) as exit_:
        main(["losss"], {"loss": kept})
    assert exit_.value.code == 2
    assert "no promise is called losss; there are loss" in capsys.readouterr().err
