"""The runner's commands as processes of their own, in a folder of their own."""

import http.client
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

import boto3
from botocore.config import Config
from patience import PATIENCE
from processes import is_running, wait_until

ROOT = Path(__file__).resolve().parents[2]
# What the commands print that they are called by, in a folder that is not the project's.
SLIPWAY = f"{ROOT}/.venv/bin/slipway"


class Runner:
    """`slipway` in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def start(
        self,
        *arguments: str,
        stdin: int = subprocess.DEVNULL,
        stderr: IO[str] | int = subprocess.PIPE,
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "local", *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, standard output and standard error of a command that ends by itself."""
        with self.start(*arguments) as command:
            out, err = command.communicate(timeout=PATIENCE)
        return command.returncode, out, err

    @property
    def state(self) -> Path:
        return self.folder / "build" / "serve.json"


class Serving:
    """A running `serve`, what it has printed, and a client of its first endpoint."""

    def __init__(self, runner: Runner, *arguments: str) -> None:
        self.runner = runner
        self._errors = runner.folder / "errors.txt"
        with self._errors.open("w") as errors:
            self.process = runner.start("serve", *arguments, "--port", "0", stderr=errors)
        assert self.process.stdout is not None
        self.said = ""
        while "Ctrl-C" not in self.said:
            line = self.process.stdout.readline()
            assert line, self.errors()
            self.said += line
        self.state = json.loads(runner.state.read_text())
        self.name = self.state["endpoints"][0]["name"]
        containers = self.state["endpoints"][0]["containers"]
        self.pids = {one["name"]: one["pid"] for one in containers}
        functions = [one for api in self.state["apis"] for one in api["functions"]]
        self.pids |= {f"{one['name']}-{pid}": pid for one in functions for pid in one["pids"]}
        self._client: Any = boto3.client(
            "sagemaker-runtime",
            region_name="eu-west-1",
            endpoint_url=self.state["url"],
            aws_access_key_id="local",
            aws_secret_access_key="local",
            config=Config(retries={"total_max_attempts": 1}),
        )

    def invoke(self, body: bytes, accept: str = "text/csv") -> bytes:
        answer = self._client.invoke_endpoint(
            EndpointName=self.name, Body=body, ContentType="text/csv", Accept=accept
        )
        content: bytes = answer["Body"].read()
        return content

    def answer(self, body: bytes) -> http.client.HTTPResponse:
        """The answer to one request, its body read, whatever its status."""
        connection = http.client.HTTPConnection(self.state["url"].removeprefix("http://"), timeout=PATIENCE)
        connection.request("POST", f"/endpoints/{self.name}/invocations", body, {"Content-Type": "text/csv"})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer

    def errors(self) -> str:
        """What it has written to standard error so far."""
        return self._errors.read_text()

    def end(self, number: int) -> int:
        """Send a signal, wait for the end; the exit code."""
        self.process.send_signal(number)
        self.process.communicate(timeout=PATIENCE)
        return self.process.returncode

    def leaves_nothing(self) -> bool:
        return wait_until(lambda: not any(map(is_running, self.pids.values())))
