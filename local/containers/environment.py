"""A Python environment of an image's own, built from its lock on first use.

pip installs it, and not uv: pip finds packages wherever this machine's pip configuration says (a folder of
wheels, a mirror), and some of these packages are on no public index in the build that is wanted here.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from local.errors import ImageError
from local.terminal.phase import phase

THIS_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
_VERSION = re.compile(r"\d+\.\d+(\.\d+)?")


@dataclass(frozen=True)
class ImageEnvironment:
    """The environment of the image `name`: Python `version` with what the lock file `requirements` pins.

    It is built in `folder/<name>-<digest>`, where the digest is of version and lock: a changed lock makes a
    new environment, an unchanged one is found again.
    """

    name: str
    folder: Path
    version: str = THIS_PYTHON
    requirements: Path | None = None

    @property
    def path(self) -> Path:
        """Where the environment is, once it is built. Raises ImageError when the lock cannot be read."""
        digest = hashlib.sha256(self.version.encode())
        digest.update(self._lock())
        return self.folder / f"{self.name}-{digest.hexdigest()[:12]}"

    @property
    def is_built(self) -> bool:
        return (self.path / "bin" / "python").exists()

    def python(self) -> Path:
        """The environment's Python; the first call builds the environment and says so on standard error.

        Raises ImageError when this machine lacks the Python version, naming how to get it, and when the
        requirements cannot be installed.
        """
        path = self.path
        python = path / "bin" / "python"
        if self.is_built:
            return python
        interpreter = self._interpreter()
        with self._alone():
            if not self.is_built:
                self._build(interpreter, path)
        return python

    def obstacle(self) -> str | None:
        """Why the environment is not there and cannot be built here; None when nothing is known."""
        try:
            if not self.is_built:
                self._interpreter()
        except ImageError as error:
            return str(error)
        return None

    def _build(self, interpreter: Path, path: Path) -> None:
        temporary = path.with_name(f".{path.name}")
        started = time.monotonic()
        with phase(f"image {self.name}: creating an environment with Python {self.version}"):
            _uv("venv", "--quiet", "--clear", "--relocatable", "--python", interpreter, temporary)
        if self.requirements is not None:
            pinned = len(re.findall(rb"^[A-Za-z0-9].*==", self._lock(), re.MULTILINE))
            text = f"image {self.name}: installing {pinned} packages; this can take minutes"
            with phase(text, so_far=lambda: _size(temporary)):
                self._install(temporary / "bin" / "python", self.requirements)
        shutil.rmtree(path, ignore_errors=True)
        temporary.rename(path)
        _note(f"image {self.name}: {_size(path)} in {path} after {time.monotonic() - started:.0f} s")

    def _install(self, python: Path, requirements: Path) -> None:
        options = ["--quiet", "--quiet", "--disable-pip-version-check", "--require-hashes", "--no-deps"]
        # Two thirds of the time would go into compiling modules, most of which are never imported.
        options.append("--no-compile")
        pip = [sys.executable, "-m", "pip", "--python", str(python), "install", *options, "-r"]
        done = subprocess.run([*pip, requirements], stdout=sys.stderr.fileno(), check=False)
        if done.returncode != 0:
            raise ImageError(
                f"image {self.name}: pip could not install {requirements}; see its output above. "
                "Where a package is in no index that pip knows, its .in file says where to get it"
            )

    def _lock(self) -> bytes:
        if self.requirements is None:
            return b""
        try:
            return self.requirements.read_bytes()
        except OSError as error:
            raise ImageError(
                f"image {self.name}: its requirements {self.requirements} cannot be read: {error.strerror}"
            ) from None

    def _interpreter(self) -> Path:
        if not _VERSION.fullmatch(self.version):
            raise ImageError(
                f"image {self.name}: python = {self.version!r} is not a Python version such as 3.12"
            )
        if f"{sys.version.split()[0]}.".startswith(f"{self.version}."):
            return Path(sys.executable)
        found = _of_pyenv(self.version) or _of_uv(self.version)
        if found is None:
            raise ImageError(
                f"image {self.name} needs Python {self.version}, which is not on this machine; "
                f"install it with `uv python install {self.version}` or `pyenv install {self.version}`"
            )
        return found

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two commands that need the same environment build it once."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / f".{self.name}.lock").open("w") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield


def _of_pyenv(version: str) -> Path | None:
    # pyenv's own commands on the PATH answer for the selected versions only.
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    found = [*root.glob(f"{version}/bin/python"), *root.glob(f"{version}.*/bin/python")]
    return max(
        found, key=lambda path: [int(part) for part in re.findall(r"\d+", path.parts[-3])], default=None
    )


def _of_uv(version: str) -> Path | None:
    command = [_uv_command(), "python", "find", "--quiet", "--no-python-downloads", version]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return Path(found.stdout.strip()) if found.returncode == 0 else None


def _size(folder: Path) -> str:
    """The size of what is installed so far; files may appear and disappear meanwhile."""
    size = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                size += (Path(place) / name).lstat().st_size
    return f"{size / 1e6:,.0f} MB"


def _uv(*arguments: str | Path) -> None:
    """Run uv with its own progress on standard error."""
    done = subprocess.run(
        [_uv_command(), *map(str, arguments)],
        stdout=sys.stderr.fileno(),
        env={**os.environ, "UV_PYTHON_DOWNLOADS": "never"},
        check=False,
    )
    if done.returncode != 0:
        raise ImageError(f"`uv {' '.join(map(str, arguments[:2]))}` failed; see its output above")


def _uv_command() -> str:
    beside = Path(sys.executable).with_name("uv")
    found = str(beside) if beside.exists() else shutil.which("uv")
    if found is None:
        raise ImageError("uv is not installed: run `make` once, or `pip install uv`")
    return found


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
