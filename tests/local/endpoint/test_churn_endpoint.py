"""Churn from the template to the answer: trained by its pipeline, served by its four live containers."""

import hashlib
import io
import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import xgboost
from assemblies import Assembly as Synthesized
from runner import ROOT, Runner, Serving

import assembly
from assembly import ContainerDefinition
from local.storage.archive import unpack_model

REAL_FILE = ROOT.parent / "shared" / "data" / "churn.txt"
SCRIPT_HOP = Path(__file__).parents[1] / "script_hop.py"
CSV = "text/csv"
STAYS = b"KS,186,510,400-6454,no,no,0,137.8,97,23.43,187.7,118,15.95,146.4,85,6.59,8.7,6,2.35,1"
LEAVES = b"ME,118,408,384-8723,yes,yes,21,156.5,122,26.61,209.2,125,17.78,158.7,81,7.14,11.1,3,3.0,4"


def sample(path: Path, rows: int, seed: int) -> Path:
    arguments = ["--rows", str(rows), "--seed", str(seed), "--output", str(path)]
    command = [sys.executable, ROOT / "scripts/model_code.py", "churn/sample", *arguments]
    subprocess.run(command, check=True)
    return path


class Churn(Runner):
    """A folder with the dev environment's assembly, whose archives have been trained there."""

    def __init__(self, folder: Path, synthesized: Path) -> None:
        super().__init__(folder)
        shutil.copytree(synthesized, folder / "cdk.out")
        (folder / "versions.toml").symlink_to(ROOT / "versions.toml")
        data = REAL_FILE if REAL_FILE.exists() else sample(folder / "churn.txt", 3333, 1)
        code, _, err = self.run("train", "churn", "--data", str(data))
        assert code == 0, err
        declared = assembly.load(folder / "cdk.out")
        self.containers: Sequence[ContainerDefinition] = declared.endpoint("churn").model.containers
        for one in self.containers:
            trained = folder / "build" / "artifacts" / "churn" / one.hostname / "model.tar.gz"
            assert one.model_data_url is not None
            self._package(trained, declared.assets[one.model_data_url].path)
            unpack_model(trained, self.model(one))

    def _package(self, archive: Path, asset: Path) -> None:
        """Put the archive into the assembly in the place of an asset, under its own hash throughout."""
        _, was, *suffixes = asset.name.split(".")
        content = hashlib.sha256(archive.read_bytes()).hexdigest()
        now = hashlib.sha256(content.encode()).hexdigest()
        shutil.copyfile(archive, asset.with_name(".".join(["asset", now, *suffixes])))
        for path in (self.folder / "cdk.out").glob("*.json"):
            path.write_text(path.read_text().replace(was, now))

    def model(self, container: ContainerDefinition) -> Path:
        return self.folder / "models" / container.hostname

    def in_process(self, body: bytes, accept: str) -> bytes:
        """The answer of the same archives by their own functions, each container's declared as it is."""
        content_type = CSV
        for container in self.containers:
            last = container is self.containers[-1]
            wanted = accept if last else container.environment["SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT"]
            if "SAGEMAKER_PROGRAM" in container.environment:
                body, content_type = self._script(container, body, content_type, wanted)
            else:
                body, content_type = self._scores(container, body), CSV
        return body

    def _script(
        self, container: ContainerDefinition, body: bytes, content_type: str, accept: str
    ) -> tuple[bytes, str]:
        program = container.environment["SAGEMAKER_PROGRAM"]
        command = [sys.executable, str(SCRIPT_HOP), str(self.model(container)), program, content_type, accept]
        answer = subprocess.run(command, input=body, capture_output=True, check=True).stdout
        media_type, _, answered = answer.partition(b"\n")
        return answered, media_type.decode()

    def _scores(self, container: ContainerDefinition, body: bytes) -> bytes:
        # As bytes: a file without a suffix makes XGBoost guess its format, with a warning.
        booster = xgboost.Booster()
        booster.load_model(bytearray((self.model(container) / "xgboost-model").read_bytes()))
        features = np.loadtxt(io.BytesIO(body), delimiter=",", ndmin=2)
        return "".join(f"{score}\n" for score in booster.predict(xgboost.DMatrix(features)).tolist()).encode()


@pytest.fixture(scope="module")
def churn(dev: Synthesized, tmp_path_factory: pytest.TempPathFactory) -> Churn:
    return Churn(tmp_path_factory.mktemp("churn"), dev.folder)


@pytest.fixture(scope="module")
def serving(churn: Churn) -> Iterator[Serving]:
    serving = Serving(churn, "churn")
    yield serving
    serving.end(signal.SIGINT)
    assert serving.leaves_nothing()


@pytest.mark.parametrize("accept", [CSV, "application/json", "application/jsonlines"])
def test_a_file_through_the_four_processes_is_answered_as_by_the_archives_own_functions(
    churn: Churn, serving: Serving, tmp_path: Path, accept: str
) -> None:
    lines = sample(tmp_path / "golden.txt", 300, 7).read_bytes().splitlines()
    body = b"".join(line.rpartition(b",")[0] + b"\n" for line in lines[1:])
    answer = serving.invoke(body, accept)
    assert answer == churn.in_process(body, accept)
    assert answer.count(b"rue") not in (0, 300)


def test_a_row_alone_is_answered_as_in_a_file(serving: Serving) -> None:
    rows = (STAYS, LEAVES, STAYS)
    assert serving.invoke(b"\n".join(rows)) == b"".join(serving.invoke(row) for row in rows)


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl here")
def test_the_curl_line_that_is_printed_is_answered_with_the_endpoints_prediction(serving: Serving) -> None:
    [line] = re.findall(r"^  (curl .*/prod/churn)$", serving.said, re.MULTILINE)
    answer = subprocess.run(["/bin/bash", "-c", line], check=True, capture_output=True).stdout
    arguments = shlex.split(line)
    row = arguments[arguments.index("--data") + 1]
    assert json.loads(answer) == json.loads(serving.invoke(row.encode(), "application/json"))
    assert json.loads(answer)["predictions"][0].keys() == {"churn", "score"}


@pytest.mark.skipif(not REAL_FILE.exists(), reason="the public churn.txt is not beside the project")
def test_two_customers_of_the_public_file_are_called_rightly(serving: Serving) -> None:
    assert serving.invoke(STAYS) == b"False\n"
    assert serving.invoke(LEAVES) == b"True\n"
    answer = serving.invoke(LEAVES, "application/json")
    assert answer.startswith(b'{"predictions": [{"churn": true, "score": 0.')


def test_no_answer_is_wrong_while_each_of_the_four_dies_and_lies(churn: Churn) -> None:
    faults = ("--faults", "kill,nan,few-rows", "--times", "1", "--hold", "0.2")
    code, out, err = churn.run("chaos", "churn", *faults, "--accept", "application/json")
    assert code == 0, out + err
    report = json.loads((churn.folder / "build" / "reports" / "chaos.json").read_text())
    assert {one["container"].partition(" ")[0] for one in report["faults"]} == {
        *("container-1", "container-2", "container-3", "container-4")
    }
    assert all(one["refused"] > 0 for one in report["faults"])


def test_another_version_takes_over_after_it_has_answered_the_example(churn: Churn, serving: Serving) -> None:
    code, _, err = churn.run("deploy", "churn")
    assert code == 0, err
    assert "requests with the example are answered" in err
    assert serving.invoke(STAYS) == b"False\n"
