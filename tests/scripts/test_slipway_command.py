"""`.venv/bin/slipway`: the command that messages print, started from anywhere."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from local.terminal.printed import slipway

ROOT = Path(__file__).resolve().parents[2]
LAUNCHER = ROOT / "scripts" / "slipway"

# Stands in the place of `local`: says where it is, what it was called with and whose module it found.
PRINTS = """
import os, sys
import beside
print(os.path.dirname(os.path.dirname(__file__)), os.getcwd(), sys.argv[1:], beside.WHOSE)
"""
SLEEPS = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(43))
print("ready", flush=True)
signal.pause()
"""


class Project:
    """A folder laid out as the project's, whose .venv is a link, as in a git worktree."""

    def __init__(self, folder: Path, program: str = PRINTS) -> None:
        self.root = folder / "a project"
        (self.root / "local").mkdir(parents=True)
        (self.root / "local" / "__main__.py").write_text(program)
        (self.root / "local" / "__init__.py").touch()
        (self.root / "beside.py").write_text('WHOSE = "ours"')
        environment = folder / "elsewhere" / ".venv" / "bin"
        environment.mkdir(parents=True)
        (environment / "python").symlink_to(ROOT / ".venv" / "bin" / "python")
        shutil.copy(LAUNCHER, environment / "slipway")
        (self.root / ".venv").symlink_to(environment.parent)

    @property
    def command(self) -> Path:
        return self.root / ".venv" / "bin" / "slipway"


@pytest.fixture
def stranger(tmp_path: Path) -> Path:
    """A folder that has modules of the same names as the project's."""
    folder = tmp_path / "stranger"
    (folder / "local").mkdir(parents=True)
    (folder / "local" / "__init__.py").touch()
    (folder / "local" / "__main__.py").write_text("raise SystemExit('the wrong package')")
    (folder / "beside.py").write_text('WHOSE = "the stranger\'s"')
    return folder


def run(*command: str | Path, cwd: Path, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{path}:{os.environ['PATH']}"} if path else None
    return subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def test_it_runs_the_project_that_it_is_called_by_in_the_folder_where_somebody_stands(
    tmp_path: Path, stranger: Path
) -> None:
    project = Project(tmp_path)

    done = run(project.command, "serve", "two words", "", cwd=stranger)

    assert done.stdout == f"{project.root} {stranger} ['serve', 'two words', ''] ours\n", done.stderr


def test_it_is_found_by_a_relative_path(tmp_path: Path) -> None:
    project = Project(tmp_path)

    done = run(".venv/bin/slipway", cwd=project.root)

    assert done.stdout == f"{project.root} {project.root} [] ours\n", done.stderr


def test_it_is_found_on_the_path(tmp_path: Path, stranger: Path) -> None:
    project = Project(tmp_path)

    done = run("slipway", cwd=stranger, path=project.command.parent)

    assert done.stdout == f"{project.root} {stranger} [] ours\n", done.stderr


@pytest.mark.parametrize("absolute", [True, False])
def test_it_is_found_by_a_link_to_it(tmp_path: Path, stranger: Path, absolute: bool) -> None:
    project = Project(tmp_path)
    link = tmp_path / "slipway"
    link.symlink_to(project.command if absolute else project.command.relative_to(tmp_path))

    done = run(link, cwd=stranger)

    assert done.stdout == f"{project.root} {stranger} [] ours\n", done.stderr


def test_outside_a_project_it_says_so(tmp_path: Path) -> None:
    done = run(LAUNCHER, "serve", cwd=tmp_path)

    assert done.returncode == 1
    assert "is not Slipway's project folder; call slipway as its .venv/bin/slipway" in done.stderr


def test_a_signal_reaches_the_command_itself_and_its_exit_code_the_caller(tmp_path: Path) -> None:
    project = Project(tmp_path, SLEEPS)

    with subprocess.Popen([project.command], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGTERM)

    assert process.returncode == 43


@pytest.mark.parametrize("ignored", [False, True], ids=["in a terminal", "ignored by its caller"])
def test_ctrl_c_while_python_starts_ends_it_without_a_word(tmp_path: Path, ignored: bool) -> None:
    project = Project(tmp_path)
    shutil.rmtree(project.root / "local")
    (project.root / "local").symlink_to(ROOT / "local")
    for name in ("assembly", "containers", "rehearsal"):
        (project.root / name).symlink_to(ROOT / name)
    for name in ("lib", "pyvenv.cfg"):
        (project.root / ".venv" / name).symlink_to(ROOT / ".venv" / name)
    # Python imports a module of this name before anything of ours.
    (project.root / "sitecustomize.py").write_text("import os, signal; os.kill(os.getpid(), signal.SIGINT)")
    begin = ["env", "--ignore-signal=INT"] if ignored else []

    done = run(*begin, project.command, "models", "--help", cwd=tmp_path)

    assert done.stderr == ""
    assert (done.returncode, bool(done.stdout)) == ((0, True) if ignored else (-signal.SIGINT, False))


def test_its_usage_calls_it_slipway_and_its_examples_work_where_they_are_printed(tmp_path: Path) -> None:
    installed = ROOT / ".venv" / "bin" / "slipway"

    here = run(installed, "serve", "--help", cwd=tmp_path)
    in_project = run(installed, "serve", "--help", cwd=ROOT)

    assert here.stdout.startswith("usage: slipway serve ")
    assert f"example: {installed} serve churn" in here.stdout
    assert "example: .venv/bin/slipway serve churn" in in_project.stdout


def test_a_command_is_printed_so_that_a_shell_takes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert slipway("invoke", "churn", "--row", "it's") == ".venv/bin/slipway invoke churn --row 'it'\"'\"'s'"

    monkeypatch.chdir(tmp_path)
    assert slipway("serve") == f"{ROOT}/.venv/bin/slipway serve"
