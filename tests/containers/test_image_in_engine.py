"""Our image in an engine, as `slipway serve --engine` runs it: what it may do, and what not."""

import asyncio
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from container_process import ENGINE, ROOT, engine
from patience import PATIENCE

from local.containers.container import Layout
from local.containers.engine import tag_of
from local.containers.images import Images
from local.containers.in_engine import EngineHost
from local.endpoint.hosting import running

TAG = tag_of(Images.load().named("script-mode"))
pytestmark = pytest.mark.skipif(not ENGINE, reason="`make test-images` runs it in an engine")

# What the container finds when it tries more than it needs.
SCRIPT = """
import json, os, pathlib, socket

def model_fn(model_dir):
    return model_dir

def attempt(action):
    try:
        action()
    except OSError as error:
        return type(error).__name__
    return "done"

def transform_fn(model, body, content_type, accept):
    status = dict(line.split(":", 1) for line in pathlib.Path("/proc/self/status").read_text().splitlines())
    return json.dumps({
        "user": os.getuid(),
        "capabilities": int(status["CapEff"], 16) | int(status["CapBnd"], 16),
        "new privileges": int(status["NoNewPrivs"]),
        "write to the root": attempt(lambda: pathlib.Path("/usr/local/x").write_text("")),
        "write to the toolkit": attempt(lambda: pathlib.Path("/opt/slipway/x").write_text("")),
        "write to /opt/ml": attempt(lambda: pathlib.Path("/opt/ml/x").write_text("")),
        "write to /tmp": attempt(lambda: pathlib.Path("/tmp/x").write_text("")),
        "reach the internet": attempt(lambda: socket.create_connection(("192.0.2.1", 443), timeout=5)),
    }), "application/json"
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    layout = Layout(tmp_path_factory.mktemp("engine"))
    layout.create()
    (layout.model / "code").mkdir()
    (layout.model / "code" / "inference.py").write_text(SCRIPT)
    variables = {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}

    async def ask(host: EngineHost) -> dict[str, Any]:
        container = host.container("own", Images.load().named("script-mode"), layout, variables)
        async with running([container]):
            answer = await container.client.request("POST", "/invocations", body=b"1")
        assert answer.status == 200
        return dict(json.loads(answer.body))

    with EngineHost.open(engine()) as host:
        return asyncio.run(ask(host))


def test_it_is_not_root_and_can_become_nothing_more(found: dict[str, Any]) -> None:
    assert found["user"] == 10001
    assert found["capabilities"] == 0
    assert found["new privileges"] == 1


def test_it_can_write_below_opt_ml_and_tmp_alone(found: dict[str, Any]) -> None:
    written = {name for name, result in found.items() if name.startswith("write") and result == "done"}

    assert written == {"write to /opt/ml", "write to /tmp"}


def test_its_network_leads_nowhere(found: dict[str, Any]) -> None:
    assert found["reach the internet"] == "OSError"


def test_the_image_says_that_it_may_be_told_its_port() -> None:
    command = [engine().program, "inspect", "--type", "image", "--format", "{{json .Config.Labels}}", TAG]
    labels = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)

    assert labels["com.amazonaws.sagemaker.capabilities.accept-bind-to-port"] == "true"


def test_the_churn_endpoint_answers_with_our_image_in_the_engine(tmp_path: Path) -> None:
    def local(*arguments: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "local", *arguments]
        variables = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.Popen(command, cwd=tmp_path, env=variables, stdout=subprocess.PIPE, text=True)

    assembly = str(ROOT / "cdk.out")
    with local("serve", "churn", "--assembly", assembly, "--engine", engine().name, "--port", "0") as serving:
        said = ""
        try:
            assert serving.stdout is not None
            while "Ctrl-C" not in said:
                line = serving.stdout.readline()
                assert line, said
                said += line
            running_now = [engine().program, "ps", "--filter", f"ancestor={TAG}", "--format", "{{.Names}}"]
            names = subprocess.run(running_now, capture_output=True, text=True, check=True).stdout.split()
            example = re.search(r"^  .*slipway (invoke .*)$", said, re.MULTILINE)
            assert example is not None
            with local(*shlex.split(example[1])) as invoking:
                answer, _ = invoking.communicate(timeout=PATIENCE)
        finally:
            serving.send_signal(signal.SIGINT)
            serving.wait(timeout=PATIENCE)

    assert f"slipway-{serving.pid}-10" in names
    assert answer.strip() in ("True", "False")
    assert serving.returncode == 0
