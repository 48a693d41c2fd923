"""`deploy` into a running `serve`, over a small assembly of fake images."""

import asyncio
import json
import signal
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from patience import PATIENCE
from processes import is_running, wait_until, working_below
from runner import SLIPWAY, Serving
from shop import Project, container

import assembly
from assembly.errors import SlipwayError
from local.containers.images import Images
from local.endpoint.fleet import Fleet, Fleets
from local.endpoint.hosting import Host
from local.endpoint.replacement import Hosted, RolledBackError
from local.serve import control
from local.storage.s3 import Storage
from local.timing import Timing

NAME = "slipway-dev-shop"


def served_pids(serving: Serving) -> list[int]:
    [endpoint] = json.loads(serving.runner.state.read_text())["endpoints"]
    return [one["pid"] for one in endpoint["containers"]]


class Caller:
    """Calls the endpoint without a pause for the time of a block; `answers` are the bodies that it got."""

    def __init__(self, serving: Serving) -> None:
        self.answers: list[bytes] = []
        self._serving, self._stop = serving, threading.Event()
        self._thread = threading.Thread(target=self._call)

    def __enter__(self) -> "Caller":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(PATIENCE)

    def _call(self) -> None:
        while not self._stop.is_set():
            try:
                self.answers.append(self._serving.invoke(b"1\n"))
            except Exception as error:
                self.answers.append(str(error).encode())


def test_a_new_version_takes_over_without_a_failed_request(serving: Serving, project: Project) -> None:
    before = served_pids(serving)
    project.declare(container("first", TAG="c"), container("second", TAG="d"), example="1")
    with Caller(serving) as caller:
        code, out, err = project.run("deploy", "shop")
        assert wait_until(lambda: caller.answers[-1:] == [b"1,c,d\n"])
    assert (code, out) == (0, "shop is deployed from cdk.out\n")
    assert "version 2 gets every new request" in err
    assert "version 1 is drained and stopped" in err
    assert set(caller.answers) == {b"1,a,b\n", b"1,c,d\n"}
    assert wait_until(lambda: not any(map(is_running, before)))
    assert set(served_pids(serving)).isdisjoint(before)


@pytest.mark.parametrize(
    ("behavior", "reason"),
    [
        ("crash_at_start", "container-2 (second) ended with exit code 1 before it was ready"),
        ("fail", "Received server error (500) from container-2"),
        ("truncate", "Received server error (0) from container-2"),
    ],
)
def test_a_version_that_fails_is_rolled_back_while_the_old_one_serves(
    behavior: str, reason: str, serving: Serving, project: Project
) -> None:
    before = served_pids(serving)
    project.declare(container("first", TAG="c"), container("second", BEHAVIOR=behavior), example="1")
    with Caller(serving) as caller:
        code, out, err = project.run("deploy", "shop")
    assert (code, out) == (1, "")
    assert f"error: {NAME} was rolled back to version 1: {reason}" in err
    assert set(caller.answers) == {b"1,a,b\n"}
    assert served_pids(serving) == before
    left = project.folder / "build" / "endpoints" / f"{NAME}.2"
    assert left.is_dir()
    assert wait_until(lambda: not working_below(left))
    project.declare(container("first", TAG="e"), container("second", TAG="f"), example="1")
    assert project.run("deploy", "shop")[0] == 0
    assert serving.invoke(b"1\n") == b"1,e,f\n"


def test_a_version_that_is_never_ready_is_rolled_back_while_the_old_one_serves(
    project: Project,
) -> None:
    def fleet(version: int, timing: Timing, **variables: str) -> Fleet:
        project.declare(container("only", **variables))
        declared = assembly.load(project.folder / "cdk.out")
        images = Images.load(project.folder / "versions.toml")
        fleets = Fleets(
            lambda of: Host(images, Storage(project.folder / "s3", of)),
            project.folder / "endpoints",
            timing,
            lambda text: None,
        )
        return fleets.prepare(declared, declared.endpoint("shop"), version)

    async def scenario() -> bytes:
        hosted = Hosted(fleet(1, Timing(), TAG="a"), lambda: None)
        try:
            await hosted.start()
            late = fleet(2, Timing(ready=0.5), BEHAVIOR="never_ready")
            with pytest.raises(RolledBackError, match=r"to version 1: .* was not ready within 0\.5 s"):
                await hosted.replace(late, None, lambda text: None)
            assert not late.containers[0].running
            return (await hosted.endpoint.chain.invoke(b"1\n", "text/csv", None)).body
        finally:
            await hosted.stop()

    assert asyncio.run(scenario()) == b"1,a\n"


def test_requests_under_way_are_answered_by_the_version_that_got_them(project: Project) -> None:
    project.declare(container("only", BEHAVIOR="hold", TAG="old"))
    serving = Serving(project)
    base = project.folder / "build" / "endpoints" / NAME / "only" / "opt" / "ml"
    project.declare(container("only", TAG="new"))
    said = project.folder / "deploy.txt"
    with Caller(serving) as caller, said.open("w") as stream:
        assert wait_until((base / "held").exists)
        with project.start("deploy", "shop", stderr=stream) as command:
            under_way = "version 2 gets every new request; 1 are under way"
            assert wait_until(lambda: under_way in said.read_text() or command.poll() is not None)
            assert serving.invoke(b"2\n") == b"2,new\n"
            assert command.poll() is None
            (base / "go").touch()
            command.communicate(timeout=PATIENCE)
        assert command.returncode == 0
    assert under_way in said.read_text()
    assert "no requests are sent to it before it goes live" in said.read_text()
    assert caller.answers[0] == b"1,old\n"
    assert set(caller.answers) <= {b"1,old\n", b"1,new\n"}
    serving.end(signal.SIGINT)


def test_what_cannot_be_deployed_is_refused_with_the_reason(serving: Serving, project: Project) -> None:
    code, _, err = project.run("deploy", "other")
    assert (code, err) == (1, f"error: no endpoint called other; there are: shop ({NAME})\n")
    code, _, err = project.run("deploy", "shop", "--assembly", "missing")
    assert (code, err) == (2, "error: missing is not a folder: run `cdk synth`\n")
    (project.folder / "empty").mkdir()
    code, _, err = project.run("deploy", "shop", "--assembly", "empty")
    assert code == 1
    assert "manifest.json" in err
    project.declare(container("first") | {"Image": "registry/pytorch:2.0"})
    code, _, err = project.run("deploy", "shop")
    assert code == 1
    assert "image registry/pytorch:2.0 cannot run here" in err
    assert serving.invoke(b"1\n") == b"1,a,b\n"


@pytest.mark.parametrize("request_", [[], {}, {"deploy": "shop", "assembly": 3}, "x" * 100_000])
def test_a_malformed_request_is_refused_and_serving_goes_on(
    request_: Any, serving: Serving, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.folder)
    with pytest.raises(SlipwayError, match="the request is malformed"):
        control.ask(Path("build"), request_, lambda text: None)
    assert serving.invoke(b"1\n") == b"1,a,b\n"


def test_only_its_user_may_open_the_socket_and_it_is_gone_after_serve(
    serving: Serving, project: Project
) -> None:
    path = project.folder / "build" / "serve.sock"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    serving.end(signal.SIGINT)
    assert not path.exists()
    code, _, err = project.run("deploy", "shop")
    assert (code, err) == (1, f"error: no endpoint is being served; start it with: {SLIPWAY} serve\n")


def test_a_serve_that_ends_during_a_deployment_leaves_nothing(serving: Serving, project: Project) -> None:
    project.declare(container("first", TAG="c"), container("second", BEHAVIOR="never_ready"), example="1")
    with project.start("deploy", "shop") as command:
        pid = project.folder / "build" / "endpoints" / f"{NAME}.2" / "second" / "opt" / "ml" / "pid"
        assert wait_until(lambda: pid.exists() and pid.read_text() != "")
        serving.end(signal.SIGINT)
        _, err = command.communicate(timeout=PATIENCE)
    assert command.returncode == 1
    assert "error: serve ended before the command was complete" in err
    assert serving.leaves_nothing()
    assert wait_until(lambda: not is_running(int(pid.read_text())))
