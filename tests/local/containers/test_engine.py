"""A container engine, stood in for by a program that writes down what it is asked."""

import os
import stat
from pathlib import Path

import pytest

from local.containers.container import Layout
from local.containers.engine import Engine, tag_of
from local.containers.images import Image, Images
from local.containers.in_engine import EngineHost
from local.errors import EngineError

FAKE = """#!/bin/sh
echo "$@" >> "$0.calls"
case "$1" in
ps) cat "$0.containers" 2> /dev/null ;;
network) [ "$2" = ls ] && cat "$0.networks" 2> /dev/null ;;
info) [ -e "$0.broken" ] && { echo "cannot connect" >&2; exit 1; } ;;
inspect) [ -e "$0.empty" ] && exit 1; echo 123000000 ;;
build) [ -e "$0.broken" ] && exit 1 ;;
esac
exit 0
"""


class Fake:
    """A `podman` in a folder of its own on the path."""

    def __init__(self, folder: Path) -> None:
        self.program = folder / "podman"
        self.program.write_text(FAKE)
        self.program.chmod(self.program.stat().st_mode | stat.S_IEXEC)

    def state(self, name: str, text: str = "") -> None:
        self.program.with_name(f"podman.{name}").write_text(text)

    @property
    def calls(self) -> list[str]:
        return self.program.with_name("podman.calls").read_text().splitlines()


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return Fake(folder)


@pytest.fixture
def own() -> Image:
    return Images.load().built_here()[0]


def test_the_first_engine_that_works_is_taken(fake: Fake) -> None:
    assert Engine.find(among=("no-such-engine", "podman")).program == str(fake.program)


def test_without_an_engine_each_is_named_with_its_problem(fake: Fake) -> None:
    fake.state("broken")

    with pytest.raises(EngineError, match="no-engine is not installed; `podman info` says: cannot connect"):
        Engine.find(among=("no-engine", "podman"))


def test_an_image_runs_with_as_few_rights_as_it_needs(fake: Fake, tmp_path: Path) -> None:
    command = Engine.find().command(
        "image", "serve", name="one", folder=tmp_path, network=["--network=x"], environment={"A": "b c"}
    )

    assert {"--read-only", "--cap-drop=all", "--security-opt=no-new-privileges", "--network=x"} <= {*command}
    assert f"{tmp_path}:/opt/ml" in command
    assert {"--ulimit=nofile=4096:4096", "--ulimit=nproc=1024:1024"} <= {*command}
    assert "--env=A=b c" in command
    assert command[-2:] == ["image", "serve"]


def test_the_base_takes_froms_place(fake: Fake, own: Image) -> None:
    Engine.find().build(own, Path("context"), "registry/python@sha256:0123")

    assert "--build-arg BASE=registry/python@sha256:0123 " in fake.calls[-1]
    assert fake.calls[-1].endswith(" context")


def test_a_build_that_fails_is_an_error(fake: Fake, own: Image) -> None:
    engine = Engine.find()
    fake.state("broken")

    with pytest.raises(EngineError, match=f"could not build {tag_of(own)}"):
        engine.build(own, Path("context"), None)


def test_a_network_leads_nowhere_and_is_gone_afterwards(fake: Fake) -> None:
    with pytest.raises(KeyError), Engine.find().network("chain") as network:
        addresses = {network.address(), network.address()}
        assert fake.calls[-1].startswith("network create --internal --subnet 10.")
        raise KeyError

    assert len(addresses) == 2
    assert fake.calls[-1] == "network rm --force chain"


def test_what_a_killed_runner_has_left_is_removed_and_nothing_else(fake: Fake) -> None:
    gone, here = 2**22 + 1, os.getpid()
    fake.state("containers", f"slipway-{gone}-10\nslipway-{here}-10\nslipway-test-1\nmine\n")
    fake.state("networks", f"podman\nslipway-{gone}\nslipway-{here}\n")

    Engine.find().remove_left_behind("slipway-")

    removed = [call for call in fake.calls if "--force" in call]
    assert removed == [f"rm --force slipway-{gone}-10", f"network rm --force slipway-{gone}"]


def test_an_image_that_was_not_built_is_named_with_the_command(
    fake: Fake, own: Image, tmp_path: Path
) -> None:
    fake.state("empty")

    with (
        EngineHost.open(Engine.find()) as host,
        pytest.raises(EngineError, match=r"build it with: .*slipway build-images"),
    ):
        host.container("pca", own, Layout(tmp_path), {})
