"""What is deployed: the prepared folder, its size, its bytes, and that it runs with nothing beside it."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
from gateway import ENVIRONMENT
from measure_lambda import LIMIT_BYTES, Import, zipped_bytes
from package_lambda import LAMBDA, PackagingError, Platform, fingerprint, functions, prepare
from runtime_stub import Reply, running

from quality.resilience.wrong_input.events import LEAVES
from quality.resilience.wrong_input.requests import csv_body

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "lambda"

# The first bytes of a .pyc of Python 3.14 that is never checked against its source.
UNCHECKED_3_14 = bytes.fromhex("2b0e0d0a01000000")

VARIABLES = {
    **ENVIRONMENT,
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_SECRET_ACCESS_KEY": "x",
    "PYTHONDONTWRITEBYTECODE": "1",
}

# Lambda's part: imports the handler from the folder, prints what else was imported, and the event's answer.
PROGRAM = """
import json, sys, types
sys.path.append(sys.argv[1])
import predict_churn
context = types.SimpleNamespace(get_remaining_time_in_millis=lambda: 25_000)
answer = predict_churn.lambda_handler(json.load(sys.stdin), context)
print(json.dumps(list(sys.modules)))
print(json.dumps(answer))
"""


@pytest.fixture(scope="session")
def asset() -> Path:
    """What is deployed; kept if make has prepared it."""
    return prepare("predict_churn", Platform.deployed(BUILD), BUILD)


@pytest.fixture(scope="session")
def here() -> Path:
    """The same for this machine's Python."""
    return prepare("predict_churn", Platform.here(), ROOT / "build" / "lambda-here")


def versions(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", lock.read_text(), re.MULTILINE))


def test_the_functions_carry_the_versions_that_their_tests_run_with() -> None:
    carried = versions(LAMBDA / "requirements.txt")
    tested = versions(ROOT / "requirements-dev.txt")

    assert {"aws-lambda-powertools", "botocore", "pydantic"} <= set(carried)
    assert carried == {name: tested[name] for name in carried}


def test_every_requirement_has_hashes() -> None:
    lock = (LAMBDA / "requirements.txt").read_text()

    for requirement in re.split(r"\n(?=[a-z])", lock):
        assert "--hash=sha256:" in requirement, requirement.partition("\n")[0]


def importable(path: Path) -> bool:
    return path.suffix == ".py" or (path / "__init__.py").exists()


def test_no_module_of_a_function_has_the_name_of_another(asset: Path) -> None:
    folders = ("shared", *functions())
    own = [path.stem for folder in folders for path in (LAMBDA / folder).iterdir() if importable(path)]
    others = {path.stem for path in asset.iterdir()} - set(own)

    assert len(set(own)) == len(own)
    assert not set(own) & (set(sys.stdlib_module_names) | others)


def test_the_asset_is_small_enough(asset: Path) -> None:
    assert zipped_bytes(asset) <= LIMIT_BYTES


def test_the_asset_has_the_deployed_platforms_libraries_and_no_others(asset: Path) -> None:
    libraries = [path.name for path in asset.rglob("*.so")]

    assert libraries
    assert all("cpython-314-aarch64-linux" in name for name in libraries)


def test_every_module_of_the_asset_has_byte_code_of_the_deployed_python(asset: Path) -> None:
    sources = {path.relative_to(asset) for path in asset.rglob("*.py")}
    compiled = {
        path.parent.parent.relative_to(asset) / f"{path.name.removesuffix('.cpython-314.pyc')}.py"
        for path in asset.rglob("*.pyc")
        if path.read_bytes().startswith(UNCHECKED_3_14)
    }

    assert compiled == sources


def test_the_asset_has_no_service_that_is_not_called_and_no_metadata(asset: Path) -> None:
    services = [path.name for path in (asset / "botocore" / "data").iterdir() if path.is_dir()]

    assert services == ["sagemaker-runtime"]
    assert not list(asset.glob("*.dist-info"))
    assert not [path for path in asset.rglob("*") if path.name in {"bin", "tests"}]


def test_the_asset_is_the_same_bytes_when_it_is_prepared_elsewhere(asset: Path, tmp_path: Path) -> None:
    again = prepare("predict_churn", Platform.deployed(BUILD), tmp_path / "elsewhere")

    assert fingerprint(again) == fingerprint(asset)
    assert again.with_suffix(".zip").read_bytes() == asset.with_suffix(".zip").read_bytes()


def test_the_archive_is_the_folder(asset: Path, tmp_path: Path) -> None:
    shutil.unpack_archive(asset.with_suffix(".zip"), tmp_path)
    assert fingerprint(tmp_path) == fingerprint(asset)


def test_what_is_prepared_is_kept_until_something_changes_it(tmp_path: Path) -> None:
    first = prepare("predict_churn", Platform.here(), tmp_path)
    made = first.stat().st_ino
    assert prepare("predict_churn", Platform.here(), tmp_path).stat().st_ino == made

    before = fingerprint(first)
    (first / "predict_churn.py").write_text("changed")
    assert fingerprint(prepare("predict_churn", Platform.here(), tmp_path)) == before


def test_a_tool_that_fails_leaves_nothing(tmp_path: Path) -> None:
    nowhere = Platform(python="3.14", wheels="no-platform", services=(), compile=())

    with pytest.raises(PackagingError, match="uv failed"):
        prepare("predict_churn", nowhere, tmp_path)
    assert not (tmp_path / "predict_churn").exists()


def test_a_function_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(PackagingError, match=r"no lambda/predict/predict\.py; .* predict_churn"):
        prepare("predict", Platform.here(), tmp_path)


def test_the_asset_answers_with_nothing_beside_it(here: Path) -> None:
    with running() as stub:
        stub.replies = [Reply(body=b'{"predictions":[{"churn":true,"score":0.97}]}')]
        answered = subprocess.run(
            [sys.executable, "-S", "-c", PROGRAM, str(here)],
            input=json.dumps(csv_body(LEAVES)),
            env={**VARIABLES, "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": stub.url},
            capture_output=True,
            text=True,
            check=True,
        )

    *_, imported, answer = map(json.loads, answered.stdout.splitlines())
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == {"predictions": [{"churn": True, "score": 0.97}]}
    assert not {"boto3", "numpy", "pandas", "prediction_service.openapi"} & set(imported)


def test_importing_the_function_loads_no_more_than_twice_what_boto3_does() -> None:
    """What that takes is measured by `make bench`; here a clock would measure the machine."""
    here = prepare("predict_churn", Platform.here(), ROOT / "build" / "lambda-here")
    alone = Import("boto3", Path(boto3.__file__).parents[1])

    assert Import("predict_churn", here).modules() <= 2 * alone.modules()
