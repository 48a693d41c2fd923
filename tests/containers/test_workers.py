"""Several workers of one container: who answers, how they stop, and what one that ends brings about."""

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from container_process import ENGINE, Container, environment, wait_until
from patience import PATIENCE

pytestmark = pytest.mark.skipif(bool(ENGINE), reason="the processes are not this machine's to count")

SCRIPT = """
import os

def model_fn(model_dir):
    return os.getpid()

def transform_fn(model, body, content_type, accept):
    return f"{model} {os.getpid()}", "text/plain"
"""


@pytest.fixture
def container(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Container]:
    code = tmp_path / "model" / "code"
    code.mkdir(parents=True)
    (code / "inference.py").write_text(SCRIPT)
    variables = {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
    workers = getattr(request, "param", "3")
    with Container("toolkit", tmp_path, **variables, SAGEMAKER_MODEL_SERVER_WORKERS=workers) as running:
        yield running


def workers(container: Container) -> list[int]:
    children = Path(f"/proc/{container.process.pid}/task/{container.process.pid}/children")
    return [int(pid) for pid in children.read_text().split()]


def pids(container: Container) -> tuple[int, int]:
    """The process that loaded the model, and one that answers, over a connection of its own."""
    with closing(http.client.HTTPConnection("127.0.0.1", container.port, timeout=PATIENCE)) as connection:
        connection.request("POST", "/invocations", body=b"1")
        loaded, answered = connection.getresponse().read().split()
    return int(loaded), int(answered)


def test_the_model_is_loaded_once_and_several_workers_answer(container: Container) -> None:
    wait_until(lambda: len(workers(container)) == 3)

    found = [pids(container) for _ in range(10)]

    assert {loaded for loaded, _ in found} == {container.process.pid}
    assert {answered for _, answered in found} <= {*workers(container)}


@pytest.mark.parametrize("container", [""], indirect=True)
def test_there_is_one_for_each_cpu(container: Container) -> None:
    cpus = os.cpu_count() or 1

    wait_until(lambda: len(workers(container)) == (cpus if cpus > 1 else 0))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_ends_all_of_them_with_exit_code_0(container: Container, number: int) -> None:
    wait_until(lambda: len(workers(container)) == 3)
    processes = workers(container)

    container.process.send_signal(number)

    assert container.process.wait(timeout=PATIENCE) == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in processes)


def test_a_stop_reaches_workers_that_have_only_just_begun(tmp_path: Path) -> None:
    begin = "import os, pathlib, time; pathlib.Path(str(os.getpid())).touch(); time.sleep(600)"
    program = (
        f"from toolkit.workers import Workers; raise SystemExit(Workers().run(lambda: exec({begin!r}), 3))"
    )
    process = subprocess.Popen([sys.executable, "-c", program], cwd=tmp_path, env=environment(tmp_path))
    wait_until(lambda: len(list(tmp_path.iterdir())) == 3)

    process.terminate()

    assert process.wait(timeout=PATIENCE) == 0
    assert not any(Path(f"/proc/{worker.name}").exists() for worker in tmp_path.iterdir())


def test_a_worker_that_dies_ends_the_container(container: Container) -> None:
    wait_until(lambda: len(workers(container)) == 3)
    first, *others = workers(container)

    os.kill(first, signal.SIGKILL)

    assert container.process.wait(timeout=PATIENCE) == 1
    assert f"worker {first} ended (-9)" in container.log()
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in others))
