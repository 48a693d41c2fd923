"""Images: URIs as the SageMaker SDK gives them, the content tag, the right to pull."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from aws_cdk import App, Environment, Stack

from stacks.constructs.access.execution_role import ExecutionRole
from stacks.constructs.model.image import ManagedImage, content_tag
from stacks.settings import ROOT

# The SDK warns when it is imported, and takes seconds: asked once, in a process of its own.
_ASK_THE_SDK = """
import json
from sagemaker.core import image_uris
images = {"sklearn": "1.9-0", "xgboost": "3.2-0"}
regions = ["eu-central-1", "us-gov-west-1", "cn-north-1", "us-iso-east-1"]
print(json.dumps({
    f"{framework} {version} {region}": image_uris.retrieve(framework, region, version=version)
    for framework, version in images.items() for region in regions
} | {
    "seq2seq 1 eu-central-1": image_uris.retrieve("seq2seq", "eu-central-1"),
    "huggingface 2.6.0-transformers4.51.3 eu-central-1": image_uris.retrieve(
        "huggingface", "eu-central-1", version="4.51.3", base_framework_version="pytorch2.6.0",
        image_scope="inference", instance_type="ml.m5.large", py_version="py312",
    ),
}))
"""


def bound(image: ManagedImage, region: str) -> str:
    stack = Stack(App(), "Stack", env=Environment(region=region))
    return image.bind(stack, ExecutionRole(stack, "Role", description="pulls"))


def test_uris_agree_with_the_sdk_in_every_partition() -> None:
    answer = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _ASK_THE_SDK], capture_output=True, text=True, check=True
    )
    expected = json.loads(answer.stdout)
    assert len(expected) == 10
    for image, uri in expected.items():
        framework, version, region = image.split()
        assert bound(ManagedImage(framework, version), region) == uri


@pytest.mark.parametrize("name", ["scikit-learn", "xgboost", "seq2seq", "hugging-face"])
def test_a_pinned_image_has_the_repository_by_which_the_runner_knows_it(name: str) -> None:
    uri = bound(ManagedImage.named(name), "eu-central-1")
    repository = uri.partition("/")[2].partition(":")[0]
    assert f'repository = "{repository}"' in (ROOT / "versions.toml").read_text()


def test_a_version_without_an_image_is_refused_with_those_that_have_one() -> None:
    with pytest.raises(ValueError, match=r"sklearn has no image 9\.9-9; it has .*1\.9-0"):
        bound(ManagedImage("sklearn", "9.9-9"), "eu-central-1")


def test_a_region_without_an_image_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no sklearn image 1\.9-0 in region mars-north-1"):
        bound(ManagedImage("sklearn", "1.9-0"), "mars-north-1")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "image"
    (folder / "toolkit").mkdir(parents=True)
    (folder / "Dockerfile").write_text("FROM base\n")
    (folder / "toolkit" / "serving.py").write_text("x = 1\n")
    return folder


def test_touching_or_compiling_a_file_leaves_the_tag(source: Path) -> None:
    before = content_tag(source)
    os.utime(source / "Dockerfile", (0, 0))
    (source / "toolkit" / "__pycache__").mkdir()
    (source / "toolkit" / "__pycache__" / "serving.cpython-312.pyc").write_bytes(b"code")
    (source / ".mypy_cache").mkdir()
    (source / ".mypy_cache" / "serving.json").write_text("{}")
    assert content_tag(source) == before


def test_a_copy_elsewhere_has_the_same_tag(source: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(source, tmp_path / "elsewhere")
    assert content_tag(copy) == content_tag(source)


def test_content_name_and_executable_bit_each_change_the_tag(source: Path) -> None:
    tags = [content_tag(source)]
    (source / "Dockerfile").write_text("FROM other\n")
    tags.append(content_tag(source))
    (source / "Dockerfile").rename(source / "Containerfile")
    tags.append(content_tag(source))
    (source / "Containerfile").chmod(0o755)
    tags.append(content_tag(source))
    assert len(set(tags)) == 4


def test_an_image_without_source_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds no source files"):
        content_tag(tmp_path / "nowhere")
