"""`slipway environments`: what images need of this machine, and whether it is there."""

import sys
from pathlib import Path

import pytest
from runner import Runner

TABLE = """
[images.plain]
repository = "plain"
module = "plain"
path = ["."]

[images.{name}]
repository = "{name}"
module = "{name}"
path = ["."]
python = "{python}"
"""


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


def test_an_environment_is_built_when_it_is_asked_for(runner: Runner, tmp_path: Path) -> None:
    this = f"{sys.version_info.major}.{sys.version_info.minor}"
    (tmp_path / "versions.toml").write_text(TABLE.format(name="ours", python=this))

    def listed(*options: str) -> str:
        code, out, _ = runner.run("environments", *options)
        assert code == 0
        return out

    assert f"ours\t{this}\tbuilt on first use" in listed()
    assert f"ours\t{this}\tbuilt\n" in listed("--build")
    assert "plain" not in listed()


def test_a_program_that_is_no_image_has_an_environment_as_well(runner: Runner, tmp_path: Path) -> None:
    this = f"{sys.version_info.major}.{sys.version_info.minor}"
    (tmp_path / "versions.toml").write_text(f'[environments.tool]\npython = "{this}"\n')

    code, out, _ = runner.run("environments", "tool", "--build")

    assert (code, out.splitlines()[-1].split("\t")) == (0, ["tool", this, "built"])


def test_a_missing_python_is_named_and_is_an_error(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "versions.toml").write_text(TABLE.format(name="ours", python="3.99"))

    code, out, _ = runner.run("environments", "--build")

    assert code == 1
    assert "uv python install 3.99" in out


def test_only_the_named_ones_are_listed_and_an_unknown_name_is_refused(
    runner: Runner, tmp_path: Path
) -> None:
    tables = "".join(TABLE.format(name=name, python="3.99") for name in ("ours", "theirs"))
    (tmp_path / "versions.toml").write_text(
        tables.replace("[images.plain]", "[images.other]", 1).replace("[images.plain]", "[images.another]", 1)
    )

    code, out, _ = runner.run("environments", "theirs")
    assert code == 1
    assert "theirs" in out and "ours" not in out

    code, _, err = runner.run("environments", "none")
    assert code == 2
    assert "no image none has an environment of its own; expected ours, theirs" in err
