"""Our image's Dockerfile and lock: what SageMaker and a reviewer require of them."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
IMAGE = ROOT / "containers" / "script_mode"


@pytest.fixture(scope="module")
def dockerfile() -> str:
    return re.sub(r"\\\n\s*", "", (IMAGE / "Dockerfile").read_text())


def pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)(?:\[[^\]]*\])?==([^ ]+)", lock.read_text(), re.MULTILINE))


def test_the_base_is_an_argument_with_an_exact_tag(dockerfile: str) -> None:
    assert re.search(r"^ARG BASE=python:3\.12\.\d+-slim-[a-z]+$\nFROM \$\{BASE\}$", dockerfile, re.MULTILINE)
    assert len(re.findall(r"^FROM ", dockerfile, re.MULTILINE)) == 1


def test_the_image_may_be_told_its_port_and_binds_every_interface(dockerfile: str) -> None:
    assert "LABEL com.amazonaws.sagemaker.capabilities.accept-bind-to-port=true" in dockerfile
    assert "SLIPWAY_BIND_HOST=0.0.0.0" in dockerfile


def test_every_package_of_ours_is_in_the_image(dockerfile: str) -> None:
    packages = {path.parent.name for path in IMAGE.glob("*/__init__.py")}

    assert packages == set(re.findall(r"^COPY (\w+) /opt/slipway/\1$", dockerfile, re.MULTILINE))


def test_the_process_is_not_root_and_is_started_without_a_shell(dockerfile: str) -> None:
    user = re.search(r"^USER (\d+):(\d+)$", dockerfile, re.MULTILINE)

    assert user is not None
    assert "0" not in user.groups()
    assert 'ENTRYPOINT ["python", "-m", "toolkit"]' in dockerfile


def test_packages_are_installed_by_hash_and_nothing_is_compiled(dockerfile: str) -> None:
    install = next(line for line in dockerfile.splitlines() if "pip install" in line)

    assert {"--require-hashes", "--no-deps", "--only-binary=:all:"} <= set(install.split())


def test_every_requirement_of_the_image_has_a_hash_and_the_version_that_the_tests_run_on() -> None:
    image, tests = pins(IMAGE / "requirements.txt"), pins(ROOT / "requirements-dev.txt")
    wanted = {
        line.partition("==")[0]
        for line in (IMAGE / "requirements.in").read_text().splitlines()
        if line and line[0] not in "#-"
    }

    assert wanted <= set(image)
    assert image.items() <= tests.items()
    entries = re.split(r"^(?=[a-z])", (IMAGE / "requirements.txt").read_text(), flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in entry for entry in entries)
