"""Prepares build/lambda/<function> and <function>.zip: the function's modules and its locked dependencies.

The dependencies are the wheels of lambda/requirements.txt for the platform in lambda/platform.toml, whatever
this machine is, with byte code made by that Python. The same inputs give the same bytes; what is prepared is
kept while it is what its inputs give.
"""

import argparse
import fcntl
import hashlib
import platform as machine
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from stacks.constructs.storage.carried import carried  # noqa: E402 - found by the path above

LAMBDA = ROOT / "lambda"
REQUIREMENTS = LAMBDA / "requirements.txt"
BYTE_CODE = ROOT / "scripts" / "byte_code"
TOOLS = Path(sys.executable).parent

# What no function imports: metadata, command lines, support for models of pydantic's former major version, a
# documentation page, what type checkers read.
UNUSED = (
    "*.dist-info",
    ".lock",
    "bin",
    "pydantic/v1",
    "aws_lambda_powertools/event_handler/openapi/swagger_ui/*.js",
    "aws_lambda_powertools/event_handler/openapi/swagger_ui/*.css",
    "**/*.pyi",
    "**/py.typed",
)


# The zip format's first moment.
_EPOCH = (1980, 1, 1, 0, 0, 0)


class PackagingError(Exception):
    """A tool failed, or a function does not exist; says which and what to do."""


@dataclass(frozen=True, kw_only=True)
class Platform:
    """Where a function runs: its Python's version, uv's name for the wheels' platform, the services it calls.

    `compile` is the start of the command line that compiles a folder with that Python.
    """

    python: str
    wheels: str
    services: tuple[str, ...]
    compile: tuple[str, ...]

    @classmethod
    def deployed(cls, tools: Path) -> "Platform":
        """The one of lambda/platform.toml; its Python, as WebAssembly, is installed below `tools`."""
        declared = tomllib.loads((LAMBDA / "platform.toml").read_text())
        return cls(
            python=declared["python"],
            wheels=declared["wheels"],
            services=tuple(declared["services"]),
            compile=(str(TOOLS / "node"), str(BYTE_CODE / "compile_folder.mjs"), str(_webassembly(tools))),
        )

    @classmethod
    def here(cls) -> "Platform":
        """This machine, to import and measure what is otherwise for another."""
        declared = tomllib.loads((LAMBDA / "platform.toml").read_text())
        return cls(
            python=f"{sys.version_info.major}.{sys.version_info.minor}",
            wheels=f"{machine.machine()}-manylinux_2_28",
            services=tuple(declared["services"]),
            compile=(sys.executable, str(BYTE_CODE / "compile_folder.py")),
        )


def functions() -> list[str]:
    """The folders of lambda/ that hold a module of their own name."""
    return sorted(folder.name for folder in LAMBDA.iterdir() if (folder / f"{folder.name}.py").exists())


def prepare(function: str, platform: Platform, output: Path) -> Path:
    """The prepared folder, `output`/`function`, beside its archive; built again if the inputs changed."""
    if function not in functions():
        raise PackagingError(
            f"there is no lambda/{function}/{function}.py; the functions are {', '.join(functions())}"
        )
    output.mkdir(parents=True, exist_ok=True)
    target, archive, stamp = (output / f"{function}{suffix}" for suffix in ("", ".zip", ".stamp"))
    modules = _own_modules(function)
    with _locked(output):
        inputs = _digest([*_dependency_inputs(), *modules.values()], platform)
        if (
            target.exists()
            and archive.exists()
            and stamp.exists()
            and stamp.read_text() == f"{inputs} {fingerprint(target)}"
        ):
            return target
        dependencies = _dependencies(platform, output)
        print(f"packaging {function}", file=sys.stderr)
        with _replacing(target) as folder:
            shutil.copytree(dependencies, folder, dirs_exist_ok=True)
            own = folder / ".own"
            for name, module in modules.items():
                (own / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(module, own / name)
            _compile(own, platform)
            shutil.copytree(own, folder, dirs_exist_ok=True)
            shutil.rmtree(own)
            _seal(folder)
        _zip(target, archive)
        stamp.write_text(f"{inputs} {fingerprint(target)}")
    return target


def fingerprint(folder: Path) -> str:
    """A digest of all names and bytes below a folder."""
    return _digest(sorted(path for path in folder.rglob("*") if path.is_file()), None, base=folder)


def _own_modules(function: str) -> dict[Path, Path]:
    """The modules that are not dependencies, by their paths in the asset."""
    folders = (LAMBDA / "shared", LAMBDA / function)
    modules = {path.relative_to(folder): path for folder in folders for path in sorted(folder.rglob("*.py"))}
    return modules | {Path(path.name): path for path in carried(LAMBDA / function)}


def _dependencies(platform: Platform, output: Path) -> Path:
    """The dependencies that all functions share, in a folder named by what they are made of."""
    target = output / ".dependencies" / _digest(_dependency_inputs(), platform)
    if target.exists():
        return target
    print(
        f"installing the functions' dependencies for Python {platform.python}, {platform.wheels}",
        file=sys.stderr,
    )
    shutil.rmtree(target.parent, ignore_errors=True)
    with _replacing(target) as folder:
        _run(
            *(str(TOOLS / "uv"), "pip", "install", "--quiet", "--link-mode", "copy", "--target", str(folder)),
            *("--python-version", platform.python, "--python-platform", platform.wheels),
            *("--only-binary", ":all:", "--require-hashes", "--no-deps", "--requirement", str(REQUIREMENTS)),
        )
        _reduce(folder, platform.services)
        _compile(folder, platform)
    return target


def _reduce(folder: Path, services: Sequence[str]) -> None:
    data = folder / "botocore" / "data"
    for pattern in UNUSED:
        for path in list(folder.glob(pattern)):
            _remove(path)
    for path in list(data.iterdir()):
        if path.is_dir() and path.name not in services:
            _remove(path)
    missing = [service for service in services if not (data / service).is_dir()]
    if missing:
        raise PackagingError(
            f"botocore has no {', '.join(missing)}; correct services in lambda/platform.toml"
        )


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def _compile(folder: Path, platform: Platform) -> None:
    _run(*platform.compile, str(folder), platform.python)


def _seal(folder: Path) -> None:
    """One mode for all, so that the asset does not depend on this user's umask."""
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _zip(folder: Path, archive: Path) -> None:
    """One file instead of a thousand for every synth to copy; names, contents and modes decide its bytes."""
    temporary = archive.with_suffix(".new")
    with zipfile.ZipFile(temporary, "w") as zipped:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _EPOCH)
            entry.external_attr = path.stat().st_mode << 16
            zipped.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, compresslevel=9)
    temporary.replace(archive)


def _webassembly(tools: Path) -> Path:
    """The folder into which the deployed Python is installed, from the lock in scripts/byte_code."""
    manifests = [BYTE_CODE / "package.json", BYTE_CODE / "package-lock.json"]
    target = tools / ".webassembly" / _digest(manifests, None)
    if not target.exists():
        print("installing the deployed Python as WebAssembly", file=sys.stderr)
        with _replacing(target) as folder:
            for manifest in manifests:
                shutil.copyfile(manifest, folder / manifest.name)
            _run(str(TOOLS / "npm"), "ci", "--silent", "--ignore-scripts", "--prefix", str(folder))
    return target


def _dependency_inputs() -> list[Path]:
    return [
        REQUIREMENTS,
        Path(__file__).resolve(),
        *sorted(path for path in BYTE_CODE.iterdir() if path.is_file()),
    ]


def _digest(files: Sequence[Path], platform: Platform | None, base: Path = ROOT) -> str:
    digest = hashlib.sha256()
    if platform:
        digest.update(f"{platform.python} {platform.wheels} {platform.services}".encode())
    for path in files:
        digest.update(f"{path.relative_to(base)}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:32]


@contextmanager
def _replacing(target: Path) -> Iterator[Path]:
    """A new folder beside the target, which takes its place when the block ends without an error."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        dir=target.parent, prefix=".new-", ignore_cleanup_errors=True
    ) as temporary:
        folder = Path(temporary) / "folder"
        folder.mkdir()
        yield folder
        if target.exists():
            target.rename(Path(temporary) / "former")
        folder.rename(target)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(*command: str) -> None:
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise PackagingError(
            f"{Path(command[0]).name} failed:\n{(finished.stderr or finished.stdout).strip()}"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("functions", nargs="*", metavar="FUNCTION", help="folders of lambda/ (all)")
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "lambda", help="%(default)s")
    options = parser.parse_args(arguments)
    try:
        platform = Platform.deployed(options.output)
        for function in options.functions or functions():
            print(prepare(function, platform, options.output))
    except (PackagingError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
