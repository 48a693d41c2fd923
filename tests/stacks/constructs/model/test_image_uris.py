"""Images: URIs as the SageMaker SDK gives them, the content tag, the right to pull."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from aws_cdk import App, Environment, Stack

from stacks.constructs.access.execution_role import ExecutionRole
from stacks.constructs.model.build_context import content_tag
from stacks.constructs.model.image import ManagedImage
from stacks.constructs.model.image_uris import Use
from stacks.policies.images import fault_of
from stacks.policies.templates import Templates
from stacks.settings import ROOT

REGIONS = ("eu-central-1", "us-gov-west-1", "cn-north-1", "us-iso-east-1")
ON_CPU, ON_GPU, ON_ARM = ["ml.m5.large"], ["ml.g5.xlarge"], ["ml.m6g.large"]
TRAINING, INFERENCE = Use("training", ON_CPU), Use("inference", ON_CPU)
HUGGING_FACE = "2.6.0-transformers4.51.3"
# Framework, version, region, use.
USES = (
    *(("sklearn", "1.9-0", region, TRAINING) for region in REGIONS),
    *(("xgboost", "3.2-0", region, INFERENCE) for region in REGIONS),
    ("xgboost", "1.5-1", "eu-central-1", Use("inference", ON_ARM)),
    ("sklearn", "1.0-1", "eu-central-1", Use("inference", ON_ARM)),
    ("seq2seq", "1", "eu-central-1", Use("training", ["ml.p3.2xlarge"])),
    *(
        ("linear-learner", "1", region, TRAINING)
        for region in ("eu-central-1", "us-gov-west-1", "cn-north-1")
    ),
    ("huggingface", HUGGING_FACE, "eu-central-1", INFERENCE),
    ("huggingface", HUGGING_FACE, "eu-central-1", Use("inference", ON_GPU)),
    ("tensorflow", "2.20.0", "eu-central-1", Use("inference", ON_GPU)),
    ("tensorflow", "2.21.0", "eu-central-1", TRAINING),
    ("tensorflow", "2.16.1", "eu-central-1", Use("inference", ON_ARM)),
    ("tensorflow", "2.3.0", "eu-west-1", Use("inference", ON_CPU, "ml.eia2.medium")),
)
# The SDK warns when it is imported, and takes seconds: asked once, in a process of its own.
_ASK_THE_SDK = """
import json, sys
from sagemaker.core import image_uris
print(json.dumps([image_uris.retrieve(**one) for one in json.load(sys.stdin)]))
"""


def question(framework: str, version: str, region: str, use: Use) -> dict[str, str | None]:
    """What the SDK is asked for an image."""
    pytorch, _, transformers = version.partition("-transformers")
    asked = {
        "framework": framework,
        "version": transformers or version,
        "region": region,
        "image_scope": use.scope,
        "instance_type": use.instance_types[0],
        "accelerator_type": use.accelerator_type,
    }
    return {**asked, "base_framework_version": f"pytorch{pytorch}"} if transformers else asked


def bound(image: ManagedImage, region: str, use: Use = INFERENCE) -> str:
    stack = Stack(App(), "Stack", env=Environment(region=region))
    return image.bind(stack, ExecutionRole(stack, "Role", description="pulls"), use)


def test_uris_agree_with_the_sdk_for_each_use_in_every_partition() -> None:
    answer = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _ASK_THE_SDK],
        input=json.dumps([question(*one) for one in USES]),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(answer.stdout) == [
        bound(ManagedImage(framework, version), region, use) for framework, version, region, use in USES
    ]


@pytest.mark.parametrize(
    ("image", "use", "why"),
    [
        (
            ("xgboost", "3.2-0"),
            Use("inference", ON_ARM),
            "no image 3.2-0 for inference_graviton; it has 1.3-1, 1",
        ),
        (("seq2seq", "1"), Use("inference", ON_ARM), "seq2seq has no images for inference_graviton"),
        (("xgboost", "1.5-1"), Use("training", ON_ARM), "xgboost has no images for training_graviton"),
        (("sklearn", "1.9-0"), Use("training", ON_GPU), "no image for training on ml.g5.xlarge"),
        (("sklearn", "1.9-0"), Use("inference", ON_CPU, "ml.eia2.medium"), "sklearn has no images for eia"),
        (("xgboost", "3.2-0"), Use("inference", ["ml.inf2.xlarge"]), "Inferentia and Trainium are not supp"),
        (("huggingface", HUGGING_FACE), TRAINING, "has no image 2.6.0-transformers4.51.3 for training"),
        (("huggingface", HUGGING_FACE), Use("inference", ON_CPU + ON_GPU), "offer one kind"),
    ],
)
def test_a_use_without_one_image_is_refused(image: tuple[str, str], use: Use, why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        bound(ManagedImage(*image), "eu-central-1", use)


@pytest.mark.parametrize("instance_types", [ON_CPU, ON_GPU])
def test_the_policies_take_a_pinned_image_for_either_processor(instance_types: list[str]) -> None:
    uri = bound(ManagedImage.named("hugging-face"), "eu-central-1", Use("inference", instance_types))
    assert fault_of(uri, Templates({})) is None


@pytest.mark.parametrize("name", ["scikit-learn", "xgboost", "seq2seq", "hugging-face"])
def test_a_pinned_image_has_the_repository_by_which_the_runner_knows_it(name: str) -> None:
    uri = bound(ManagedImage.named(name), "eu-central-1")
    repository = uri.partition("/")[2].partition(":")[0]
    assert f'repository = "{repository}"' in (ROOT / "versions.toml").read_text()


def test_a_version_without_an_image_is_refused_with_those_that_have_one() -> None:
    with pytest.raises(ValueError, match=r"sklearn has no image 9\.9-9 for inference; it has .*1\.9-0"):
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
