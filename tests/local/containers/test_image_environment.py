"""An image's own environment: built once from its lock, found again, refused with what to do."""

import hashlib
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from local.containers.environment import ImageEnvironment
from local.containers.images import Images
from local.errors import ImageError

THIS = f"{sys.version_info.major}.{sys.version_info.minor}"
TABLE = """
[images.fake]
repository = "fake"
module = "fake_image"
path = ["."]
python = "{python}"
requirements = "lock.txt"
packages = {{ {packages} }}
"""


def images(folder: Path, python: str = THIS, packages: str = "") -> Images:
    (folder / "versions.toml").write_text(TABLE.format(python=python, packages=packages))
    (folder / "lock.txt").touch()
    return Images.load(folder / "versions.toml")


def test_the_first_use_builds_an_environment_with_progress_and_later_uses_find_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    python = images(tmp_path).named("fake").python

    creating, installing, built = capfd.readouterr().err.splitlines()
    assert creating == f"image fake: creating an environment with Python {THIS}"
    assert installing == "image fake: installing 0 packages; this can take minutes"
    assert re.fullmatch(rf"image fake: \d+ MB in {re.escape(str(python.parents[1]))} after \d+ s", built)
    assert python.is_relative_to(tmp_path / "build" / "environments")
    prefix = subprocess.run(
        [python, "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True, check=True
    )
    assert Path(prefix.stdout.strip()) == python.parents[1]
    assert images(tmp_path).named("fake").python == python
    assert capfd.readouterr().err == ""


def test_two_images_can_share_an_environment(tmp_path: Path) -> None:
    other = TABLE.replace("images.fake", "images.other").replace('"fake"', '"other"')
    both = TABLE + other.replace("requirements =", 'environment = "fake"\nrequirements =')
    (tmp_path / "versions.toml").write_text(both.format(python=THIS, packages=""))
    (tmp_path / "lock.txt").touch()
    table = Images.load(tmp_path / "versions.toml")

    assert [environment.name for environment in table.own_environments()] == ["fake"]
    assert table.named("other").python == table.named("fake").python


def test_another_lock_is_another_environment(tmp_path: Path) -> None:
    lock = tmp_path / "lock.txt"
    environment = ImageEnvironment("fake", tmp_path, requirements=lock)
    lock.write_text("a==1\n")
    before = environment.path
    lock.write_text("a==2\n")

    assert environment.path != before
    assert environment.path.name.startswith("fake-")


def test_a_missing_python_is_named_with_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"needs Python 3\.99, .*uv python install 3\.99"):
        images(tmp_path, python="3.99").named("fake")


def test_what_is_no_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="is not a Python version such as"):
        images(tmp_path, python="latest").named("fake")


def test_a_lock_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"missing\.txt cannot be read"):
        ImageEnvironment("fake", tmp_path, requirements=tmp_path / "missing.txt").python()


def test_requirements_without_hashes_are_refused_and_leave_no_environment(tmp_path: Path) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text("packaging==26.0\n")
    environment = ImageEnvironment("fake", tmp_path / "environments", requirements=lock)

    with pytest.raises(ImageError, match="pip could not install"):
        environment.python()
    assert not environment.path.exists()


def test_a_package_is_taken_from_where_this_machines_pip_finds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = tmp_path / "wheels" / "only_here-1.0+cpu-py3-none-any.whl"
    wheel.parent.mkdir()
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("only_here.py", "")
        archive.writestr("only_here-1.0+cpu.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr("only_here-1.0+cpu.dist-info/METADATA", "Name: only-here\nVersion: 1.0+cpu\n")
        archive.writestr("only_here-1.0+cpu.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))
    images(tmp_path, packages='only-here = "1.0+cpu"')
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (tmp_path / "lock.txt").write_text(f"only-here==1.0+cpu --hash=sha256:{digest}\n")

    assert Images.load(tmp_path / "versions.toml").named("fake").differences() == []


def test_the_images_packages_are_looked_for_in_its_own_environment(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"pytest missing instead of 9; .*lock\.txt"):
        images(tmp_path, packages='pytest = "9"').named("fake")
