"""`chaos` over a small assembly of fake images: faults are survived, and what is wrong is seen."""

import json
from pathlib import Path
from typing import Any

import pytest
from runner import Runner
from shop import Project, container

from local.chaos import spoilers
from local.chaos.load import Verdict, judge
from local.http.client import Response

CSV = {"content-type": "text/csv"}
ERROR = {"x-amzn-errortype": "ServiceUnavailable", "retry-after": "1"}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def chaos(runner: Runner, *arguments: str) -> tuple[int, list[dict[str, Any]], str]:
    """Exit code, the faults of the report, and standard error."""
    code, _, err = runner.run("chaos", "shop", "--hold", "0.2", "--times", "1", *arguments)
    report = runner.folder / "build" / "reports" / "chaos.json"
    return code, json.loads(report.read_text())["faults"] if report.exists() else [], err


def test_whatever_happens_to_a_container_no_answer_is_wrong(project: Project) -> None:
    hops = container("first", TAG="a"), container("second", TAG="b")
    project.declare(*hops, example="1", answers="one-per-record finite")
    faults = "kill,stop,reset,truncate,html,empty,nan,few-rows"
    code, found, err = chaos(project, "--faults", faults, "--time-scale", "0.2")
    assert (code, {one["fault"] for one in found}) == (0, set(faults.split(","))), (found, err)
    assert len(found) == 2 * len(faults.split(","))
    for one in found:
        assert (one["wrong"], one["unclear"], one["lost"], one["never_recovered"]) == (0, 0, 0, 0)
        # On a busy machine what is over as soon as it has begun can be over before a request has come so far.
        assert one["refused"] > 0 or one["fault"] in ("kill", "stop"), one
        assert len(one["recoveries"]) == 1


def test_a_wrong_answer_is_seen_and_fails_the_command(project: Project) -> None:
    project.declare(container("only", BEHAVIOR="another_life"), example="1")
    code, [found], _ = chaos(project, "--faults", "kill", "--time-scale", "0.05", "--seconds", "5")
    assert code == 1
    assert found["wrong"] > 0
    assert found["never_recovered"] == 1


def test_what_cannot_be_judged_or_does_not_exist_is_refused(project: Project) -> None:
    project.declare(container("only", BEHAVIOR="fail"), example="1")
    code, _, err = chaos(project)
    assert code == 1
    assert "the endpoint returned 424 before any fault was injected" in err
    assert chaos(project, "--faults", "kil")[0] == 2
    code, _, err = chaos(project, "--container", "third")
    assert (code, err) == (2, "error: slipway-dev-shop has no container third; expected one of only\n")
    project.declare(container("only"))
    code, _, err = chaos(project)
    assert (code, err) == (
        2,
        "error: no stack exports an example for the endpoint: give rows with --rows FILE\n",
    )


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (Response(200, CSV, b"1\n"), Verdict.RIGHT),
        (Response(200, CSV, b"2\n"), Verdict.WRONG),
        (Response(200, {"content-type": "text/html"}, b"1\n"), Verdict.WRONG),
        (Response(503, ERROR, b'{"Message":"busy"}'), Verdict.REFUSED),
        (Response(424, ERROR, b'{"Message":"it failed"}'), Verdict.REFUSED),
        (Response(503, {"x-amzn-errortype": "ServiceUnavailable"}, b'{"Message":"busy"}'), Verdict.UNCLEAR),
        (Response(500, ERROR, b'{"Message":"the runner failed"}'), Verdict.UNCLEAR),
        (Response(503, ERROR, b"<html>"), Verdict.UNCLEAR),
    ],
)
def test_an_answer_is_right_clear_or_neither(answer: Response, verdict: Verdict) -> None:
    assert judge(Response(200, CSV, b"1\n"), answer) is verdict


@pytest.mark.parametrize(
    ("spoil", "content_type", "before", "after"),
    [
        (spoilers.not_numbers, "text/csv", b"1.5,-2e3\n", b"NaN,NaN\n"),
        (spoilers.not_numbers, "text/csv", b"False\nTrue\n", b"NaN\nNaN\n"),
        (spoilers.not_numbers, "application/json", b'{"p": [{"score": 0.5}]}', b'{"p": [{"score": NaN}]}'),
        (spoilers.fewer_rows, "text/csv", b"1\n2\n", b"1\n"),
        (spoilers.fewer_rows, "application/json", b'{"predictions": [1, 2]}', b'{"predictions": [1]}'),
        (spoilers.fewer_rows, "application/x-npy", b"0123456789abcdef", b"01234567"),
        (spoilers.empty, "text/csv", b"1\n", b""),
    ],
)
def test_each_spoiler_changes_an_answer(spoil: Any, content_type: str, before: bytes, after: bytes) -> None:
    spoilt = spoil(Response(200, {"content-type": content_type}, before))
    assert (spoilt.status, spoilt.body) == (200, after)
