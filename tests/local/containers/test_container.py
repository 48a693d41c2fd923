import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from typing import Any

import pytest
from patience import PATIENCE
from processes import is_running, wait_until

from local.containers import process
from local.containers.container import Layout, ServingContainer
from local.containers.images import Image
from local.containers.job import JobContainer, run
from local.errors import ContainerError
from local.http.client import Client, Response

FAKE = Image("fake", "fake", None, "fake_image", (Path(__file__).parents[1] / "fake_image",), {})


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path / "preprocess")
    layout.create()
    return layout


def serving(layout: Layout, **environment: str) -> ServingContainer:
    return ServingContainer("container-1 (preprocess)", FAKE, layout, environment)


def test_paths_of_the_container_are_mapped_below_its_folder(layout: Layout) -> None:
    assert layout.host_path("/opt/ml/processing/train") == layout.base / "processing" / "train"
    assert layout.host_path("/opt/ml") == layout.base
    assert layout.host_path("/opt/ml/model/") == layout.model


@pytest.mark.parametrize("path", ["/opt/ml/../secrets", "/opt/mlx", "/etc/passwd", "relative"])
def test_a_path_outside_opt_ml_is_refused(layout: Layout, path: str) -> None:
    with pytest.raises(ContainerError, match="outside /opt/ml"):
        layout.host_path(path)


def test_a_layout_starts_empty_whatever_was_there(layout: Layout) -> None:
    (layout.model / "old").write_text("")
    layout.create()
    assert list(layout.model.iterdir()) == []


def test_a_job_sees_its_folders_and_its_own_environment_only(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "private")
    result = run([JobContainer(FAKE, FAKE.command("train"), layout, {"TRAINING_JOB_NAME": "fit"})])
    assert (result.exit_code, result.failure) == (0, "")
    assert result.log.read_text() == "training\n"
    seen = json.loads((layout.model / "environment.json").read_text())
    assert seen["SAGEMAKER_BASE_DIR"] == str(layout.base)
    assert seen["TRAINING_JOB_NAME"] == "fit"
    assert set(seen) - {"LC_CTYPE"} == {
        *("PATH", "HOME", "LANG", "TMPDIR", "PYTHONPATH", "PYTHONUNBUFFERED"),
        *("SAGEMAKER_BASE_DIR", "TRAINING_JOB_NAME"),
    }


def test_a_failed_job_tells_the_first_1024_characters_of_its_own_reason(layout: Layout) -> None:
    result = run([JobContainer(FAKE, FAKE.command("train"), layout, {"BEHAVIOR": "fail"})])
    assert (result.exit_code, result.failure) == (1, "eta 7 is not in [0, 1]")


def test_a_job_that_fails_without_a_reason_tells_its_exit_code(layout: Layout) -> None:
    result = run([JobContainer(FAKE, FAKE.command("train"), layout, {"BEHAVIOR": "fail_silently"})])
    assert (result.exit_code, result.failure) == (7, "ended with exit code 7")


def test_a_job_that_takes_too_long_is_stopped(layout: Layout) -> None:
    result = run([JobContainer(FAKE, FAKE.command("train"), layout, {"BEHAVIOR": "hang"})], timeout=0.5)
    assert not result.succeeded
    assert result.failure == "stopped after its time limit of 0.5 s"


def test_what_a_job_leaves_running_ends_with_it(layout: Layout) -> None:
    run([JobContainer(FAKE, FAKE.command("train"), layout, {"BEHAVIOR": "leave_a_child"})])
    child = int((layout.base / "child").read_text())
    assert wait_until(lambda: not is_running(child))


def test_jobs_of_other_threads_can_be_stopped_together(tmp_path: Path) -> None:
    layouts = [Layout(tmp_path / name) for name in ("first", "second")]
    codes = []

    def hang(layout: Layout) -> None:
        layout.create()
        codes.append(run([JobContainer(FAKE, FAKE.command("train"), layout, {"BEHAVIOR": "hang"})]).exit_code)

    threads = [threading.Thread(target=hang, args=(layout,)) for layout in layouts]
    for thread in threads:
        thread.start()
    assert wait_until(lambda: all((layout.base / "started").exists() for layout in layouts))
    process.stop_all(grace=PATIENCE)
    for thread in threads:
        thread.join(PATIENCE)
    assert codes == [-signal.SIGTERM, -signal.SIGTERM]


def run_serving(container: ServingContainer, grace: float = PATIENCE, ready: float = PATIENCE) -> str:
    """Start, wait until ready and stop; the text of the error that came, if one did."""

    async def scenario() -> str:
        container.start()
        try:
            await container.wait_ready(timeout=ready)
            answer = await container.client.request("POST", "/invocations", body=b"1\n")
            return answer.body.decode()
        except ContainerError as error:
            return str(error)
        finally:
            await container.stop(grace)

    return asyncio.run(scenario())


def test_a_container_serves_on_its_port_until_it_is_stopped(layout: Layout) -> None:
    container = serving(layout, TAG="a")
    assert run_serving(container) == "1,a\n"
    assert container.pid is not None
    assert not is_running(container.pid)


def test_a_container_that_ends_before_it_is_ready_is_named_with_its_last_log_lines(layout: Layout) -> None:
    message = run_serving(serving(layout, BEHAVIOR="crash_at_start"))
    assert "container-1 (preprocess) ended with exit code 1 before it was ready" in message
    assert "the model cannot be read" in message
    assert str(layout.log) in message


def test_a_container_that_is_not_ready_in_time_says_what_ping_answered(layout: Layout) -> None:
    class Unready(Client):
        async def request(self, *_: Any, **__: Any) -> Response:
            return Response(404)

    container = serving(layout)
    container.connect = Unready
    message = run_serving(container, ready=0.3)
    assert "was not ready within 0.3 s: /ping answered 404" in message


def test_a_container_that_ignores_sigterm_is_killed_after_the_grace_period(layout: Layout) -> None:
    container = serving(layout, BEHAVIOR="ignore_sigterm")
    run_serving(container, grace=0.3)
    assert container.exited.result() == -signal.SIGKILL


def test_containers_side_by_side_get_ports_of_their_own(tmp_path: Path) -> None:
    async def scenario() -> list[int | None]:
        containers = [serving(Layout(tmp_path / str(number))) for number in range(4)]
        for container in containers:
            container.layout.create()
            container.start()
        try:
            return [container.port for container in containers]
        finally:
            for container in containers:
                container.kill()
            await asyncio.gather(*(container.stop() for container in containers))

    ports = asyncio.run(scenario())
    assert len(set(ports)) == 4


RUNNER = """
    import sys, time
    from pathlib import Path
    from local.containers.container import Layout
    from local.containers.job import JobContainer, run
    from local.containers.images import Image
    fake = Image("fake", "fake", None, "fake_image", (Path(sys.argv[1]),), {})
    layout = Layout(Path(sys.argv[2]))
    layout.create()
    run([JobContainer(fake, fake.command("train"), layout, {"BEHAVIOR": "leave_a_child_and_hang"})])
"""


def test_nothing_survives_a_runner_that_is_killed(tmp_path: Path) -> None:
    runner = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(RUNNER), str(FAKE.path[0]), str(tmp_path / "job")],
        cwd=Path(__file__).parents[3],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    base = Layout(tmp_path / "job").base
    assert wait_until((base / "started").exists)
    pids = [int((base / name).read_text()) for name in ("child", "own")]
    assert all(map(is_running, pids))
    runner.kill()
    runner.wait()
    assert wait_until(lambda: not any(map(is_running, pids)))
