"""What an image of ours is built from: its folder and the folders that it carries."""

import subprocess
import sys
from pathlib import Path

import pytest
from assemblies import ROOT

from stacks.constructs.model.build_context import (
    ImageSource,
    build_context,
    build_folders,
    content_tag,
    image_sources,
    stage,
)

EACH = pytest.mark.parametrize("image", image_sources(), ids=lambda one: one.name)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """An image that carries the toolkit of another one."""
    folder = tmp_path / "image"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM base\n")
    (folder / "carries.txt").write_text("containers/script_mode/toolkit\n")
    return folder


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_carried_folder_lies_in_the_context_by_its_last_name(source: Path) -> None:
    context = build_context(source)

    assert context["Dockerfile"] == source / "Dockerfile"
    assert context["toolkit/__main__.py"] == ROOT / "containers" / "script_mode" / "toolkit" / "__main__.py"
    assert "carries.txt" not in context
    assert not [name for name in context if "__pycache__" in name]


def test_what_is_carried_counts_for_the_tag(source: Path) -> None:
    before = content_tag(source)
    (source / "carries.txt").write_text("containers/script_mode/sagemaker_training\n")

    assert content_tag(source) != before


def test_a_folder_that_is_not_there_is_named(source: Path) -> None:
    (source / "carries.txt").write_text("containers/nowhere\n")

    with pytest.raises(ValueError, match=r"there is no folder containers/nowhere; correct the path"):
        build_context(source)


def test_a_name_that_is_taken_is_refused(source: Path) -> None:
    (source / "toolkit").mkdir()

    with pytest.raises(ValueError, match=r"has a toolkit, too; rename that one"):
        build_context(source)


@EACH
def test_make_builds_from_what_the_stacks_give_to_codebuild(image: ImageSource, tmp_path: Path) -> None:
    program = ROOT / "scripts" / "image_context.py"
    subprocess.run([sys.executable, program, image.folder, tmp_path / "made"], check=True)

    stage(image.folder, tmp_path / "staged")

    assert files(tmp_path / "made") == files(tmp_path / "staged") == set(build_context(image.folder))


def test_a_source_without_files_ends_with_a_message(tmp_path: Path) -> None:
    program = ROOT / "scripts" / "image_context.py"
    done = subprocess.run(
        [sys.executable, program, tmp_path / "none", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr == f"error: {tmp_path / 'none'} holds no source files\n"


def test_the_names_of_an_image_follow_from_versions_toml() -> None:
    image = ImageSource("fraud-training", Path("x"), "slipway-*-fraud-training")

    assert image.repository_name("dev") == "slipway-dev-fraud-training"
    assert image.stack_name("dev") == "slipway-dev-image-fraud-training"
    assert image.build_name("dev") == "slipway-dev-fraud-training-image"
    assert image.build_folder("dev") == "slipway-dev-fraud-tr"


def test_no_two_builds_share_a_folder() -> None:
    images = [ImageSource(name, Path("x"), "") for name in ("fraud-training", "fraud-tree")]

    with pytest.raises(
        ValueError, match="fraud-training and fraud-tree would share the folder slipway-dev-fraud-tr"
    ):
        build_folders(images, "dev")


def test_the_first_image_keeps_the_name_of_its_stack() -> None:
    [first] = [one for one in image_sources() if one.name == "script-mode"]

    assert first.stack_name("prod") == "slipway-prod-image"
