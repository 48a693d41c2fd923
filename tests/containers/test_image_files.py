"""Our images' Dockerfiles and locks: what SageMaker and a reviewer require of them."""

import re
from pathlib import Path, PurePosixPath

import pytest

from stacks.constructs.model.build_context import ImageSource, build_context, image_sources

ROOT = Path(__file__).resolve().parents[2]
SCRIPT_MODE = ROOT / "containers" / "script_mode"
EACH = pytest.mark.parametrize("image", image_sources(), ids=lambda one: one.name)


def dockerfile(image: ImageSource) -> str:
    """Its lines, continued ones as one, with the defaults of its arguments but for that of the base."""
    text = re.sub(r"\\\n\s*", "", (image.folder / "Dockerfile").read_text())
    for name, default in re.findall(r"^ARG (?!BASE)(\w+)=(.+)$", text, re.MULTILINE):
        text = text.replace(f"${{{name}}}", default)
    return text


def pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)(?:\[[^\]]*\])?==([^ ]+)", lock.read_text(), re.MULTILINE))


@EACH
def test_the_base_is_an_argument_with_an_exact_tag(image: ImageSource) -> None:
    text = dockerfile(image)

    assert re.search(r"^ARG BASE=python:3\.\d+\.\d+-slim-[a-z]+$", text, re.MULTILINE)
    assert re.findall(r"^FROM .+", text, re.MULTILINE) == ["FROM ${BASE}"]


@EACH
def test_what_is_copied_is_in_the_context_and_let_through_to_the_builder(image: ImageSource) -> None:
    copied = re.findall(r"^COPY (\S+) ", dockerfile(image), re.MULTILINE)
    ignored = (image.folder / ".dockerignore").read_text().splitlines()
    first = {PurePosixPath(name).parts[0] for name in build_context(image.folder)}

    assert copied
    assert set(copied) <= first
    assert ignored[0] == "*"
    for name in copied:
        assert any(PurePosixPath(name).match(line[1:]) for line in ignored if line.startswith("!")), name


@EACH
def test_every_package_of_the_context_is_in_the_image(image: ImageSource) -> None:
    names = [PurePosixPath(name) for name in build_context(image.folder)]
    packages = {name.parts[0] for name in names if len(name.parts) == 2 and name.name == "__init__.py"}

    assert packages == set(re.findall(r"^COPY (\w+) /opt/slipway/\1$", dockerfile(image), re.MULTILINE))


@EACH
def test_the_process_is_not_root(image: ImageSource) -> None:
    user = re.search(r"^USER (\d+):(\d+)$", dockerfile(image), re.MULTILINE)

    assert user is not None
    assert "0" not in user.groups()


@EACH
def test_an_image_that_answers_is_told_its_port_binds_every_interface_and_starts_without_a_shell(
    image: ImageSource,
) -> None:
    text = dockerfile(image)
    answers = "EXPOSE 8080" in text

    assert ("LABEL com.amazonaws.sagemaker.capabilities.accept-bind-to-port=true" in text) == answers
    assert ("SLIPWAY_BIND_HOST=0.0.0.0" in text) == answers
    assert not answers or 'ENTRYPOINT ["python", "-m", "toolkit"]' in text


@EACH
def test_packages_are_installed_by_hash_and_nothing_is_compiled(image: ImageSource) -> None:
    install = next(line for line in dockerfile(image).splitlines() if "pip install" in line)

    assert {"--require-hashes", "--no-deps", "--only-binary=:all:"} <= set(install.split())


@EACH
def test_every_requirement_has_a_hash(image: ImageSource) -> None:
    lock = image.folder / "requirements.txt"
    wanted = {
        line.partition("==")[0]
        for line in (image.folder / "requirements.in").read_text().splitlines()
        if line and line[0] not in "#-"
    }

    assert wanted <= set(pins(lock))
    entries = re.split(r"^(?=[a-z])", lock.read_text(), flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in entry for entry in entries)


@pytest.mark.parametrize("image", ["script_mode", "processing"])
def test_an_image_that_runs_in_this_environment_has_the_versions_that_the_tests_run_on(image: str) -> None:
    lock = pins(ROOT / "containers" / image / "requirements.txt")

    assert lock.items() <= pins(ROOT / "requirements-dev.txt").items()


def test_the_image_that_answers_in_churns_endpoint_carries_nothing_of_an_evaluation() -> None:
    assert "sacrebleu" not in pins(SCRIPT_MODE / "requirements.txt")
