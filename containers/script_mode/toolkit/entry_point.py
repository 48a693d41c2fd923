"""How a training job's program is run: a Python program, a module of a package, or a command."""

import os
import shlex
import sys
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from .errors import ContainerProblem

_SETUP = "setup.py"


class EntryPoint(NamedTuple):
    """The command that runs the program, how messages show it, and where it imports from."""

    command: list[str]
    shown: str
    imports: tuple[Path, ...]
    is_python: bool


def find(program: str, code: Path, arguments: list[str]) -> EntryPoint:
    """The entry point that `program` names in the folder of code, as SageMaker's training toolkit chooses it.

    A shell script (.sh) is a command; with a setup.py in the folder everything else is a module, named
    `churn.fit` or `fit.py`; without one `fit.py` is a program, `-m fit` a module, and any other file a
    command. Refuses, with ContainerProblem, what is not there or what could not run.
    """
    if program.endswith(".sh"):
        return _command(program, code, arguments)
    if (code / _SETUP).is_file():
        _refuse_path_of_module(program, code)
        return _module(program.removesuffix(".py"), code, arguments)
    if program.startswith("-m "):
        return _module(program.removeprefix("-m").strip(), code, arguments)
    if program.endswith(".py"):
        _refuse_absent(program, code)
        return _python([program, *arguments], (code,))
    return _command(program, code, arguments)


def _python(arguments: list[str], imports: tuple[Path, ...]) -> EntryPoint:
    return EntryPoint([sys.executable, *arguments], " ".join(arguments), imports, is_python=True)


def _module(name: str, code: Path, arguments: list[str]) -> EntryPoint:
    # SageMaker's toolkit installs the package. Its modules are imported from where they lie here: nothing
    # can be fetched to build it with, and the environment is not the script's to change.
    folders = [code / "src", code] if (code / _SETUP).is_file() else [code]
    places = [folder.joinpath(*name.split(".")) for folder in folders]
    if not any(place.with_suffix(".py").is_file() or (place / "__main__.py").is_file() for place in places):
        raise ContainerProblem(
            f"sagemaker_program is run as `python -m {name}`, and {code} has neither "
            f"{name.replace('.', '/')}.py nor {name.replace('.', '/')}/__main__.py."
        )
    return _python(["-m", name, *arguments], (code, *folders[:-1]))


def _refuse_path_of_module(program: str, code: Path) -> None:
    """The toolkit hands the name to `python -m` as it stands, which takes `churn.fit` and no path."""
    name = program.removeprefix("-m ").strip()
    if name == program and "/" not in name:
        return
    parts = PurePosixPath(name.removesuffix(".py")).parts
    dotted = ".".join(parts[1:] if parts[:1] == ("src",) else parts)
    raise ContainerProblem(
        f"sagemaker_program is {program}; beside a {_SETUP} it is run as `python -m`, which takes a module's "
        f"name: expected {dotted}."
    )


def _command(program: str, code: Path, arguments: list[str]) -> EntryPoint:
    path = code / program
    if path.is_dir():
        raise ContainerProblem(
            f"sagemaker_program is {program}, a folder; name `-m {program}` or add a {_SETUP} to run it."
        )
    _refuse_absent(program, code)
    _refuse_broken_first_line(program, path)
    if not os.access(path, os.X_OK):
        path.chmod(path.stat().st_mode | 0o111)
    line = shlex.join([f"./{PurePosixPath(program)}", *arguments])
    # `exec`: the signal that stops the job should reach the program.
    return EntryPoint(["/bin/sh", "-c", f"exec {line}"], line, (code,), is_python=False)


def _refuse_absent(program: str, code: Path) -> None:
    if not (code / program).is_file():
        raise ContainerProblem(f"sagemaker_program is {program}, and there is no such file in {code}.")


def _refuse_broken_first_line(program: str, path: Path) -> None:
    """Name what the shell reports as `not found`, as though the program itself were missing."""
    with path.open("rb") as file:
        first = file.readline(1024)
    if not first.startswith(b"#!"):
        return
    if first.endswith(b"\r\n"):
        raise ContainerProblem(
            f"{program} ends its lines with CRLF; save it with LF, so that its shell is found."
        )
    interpreter = first[2:].split()[:1]
    if interpreter and not Path(interpreter[0].decode(errors="replace")).is_file():
        raise ContainerProblem(
            f"{program} wants {interpreter[0].decode(errors='replace')}, which the image does not have."
        )
