"""A container engine: builds our images, and runs them where a process would answer else."""

import ipaddress
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.containers.images import Image
from local.errors import EngineError

# Those that can run an image, then those that can only build one.
RUNNERS = ("podman", "docker")
BUILDERS = (*RUNNERS, "buildah")
_ATTEMPTS = 5
# More than a container needs. Podman asks for a million files, which a machine may not grant even to root.
_LIMITS = ("--ulimit=nofile=4096:4096", "--ulimit=nproc=1024:1024")


@dataclass(frozen=True)
class Engine:
    """A container engine on this machine, by the path of its program."""

    program: str

    @classmethod
    def find(cls, name: str | None = None, among: Sequence[str] = RUNNERS) -> "Engine":
        """The engine called `name`, or the first of `among` that works here; EngineError without one."""
        problems = []
        for candidate in (name,) if name else among:
            program = shutil.which(candidate)
            if program is None:
                problems.append(f"{candidate} is not installed")
                continue
            asked = _call(program, "info")
            if asked.returncode == 0:
                return cls(program)
            problems.append(f"`{candidate} info` says: {_last_line(asked.stderr)}")
        raise EngineError(f"no container engine can be used: {'; '.join(problems)}")

    @property
    def name(self) -> str:
        return Path(self.program).name

    def has(self, tag: str) -> bool:
        return _call(self.program, "inspect", "--type", "image", tag).returncode == 0

    def build(self, image: Image, context: Path, base: str | None) -> None:
        """Build an image from its context, with progress on standard error; `base` takes FROM's place."""
        arguments = ["build", "--tag", tag_of(image)]
        if base is not None:
            arguments += ["--build-arg", f"BASE={base}"]
        if self.name in ("podman", "buildah"):
            # A base that is here is used; SageMaker's labels and health rules need Docker's format.
            arguments += ["--pull=missing" if self.name == "podman" else "--pull-never", "--format", "docker"]
        done = subprocess.run(
            [self.program, *arguments, "--network=host", str(context)],
            stdout=sys.stderr.fileno(),
            check=False,
        )
        if done.returncode != 0:
            raise EngineError(f"{self.name} could not build {tag_of(image)}; see its output above")

    def size(self, tag: str) -> int:
        """Bytes of an image with its base."""
        asked = _call(self.program, "inspect", "--type", "image", "--format", "{{.Size}}", tag)
        if asked.returncode != 0:
            raise EngineError(f"{self.name} has no image {tag}: {_last_line(asked.stderr)}")
        return int(asked.stdout)

    def command(
        self,
        tag: str,
        argument: str,
        *,
        name: str,
        folder: Path,
        network: Sequence[str],
        environment: Mapping[str, str],
        inside: str = "/opt/ml",
    ) -> list[str]:
        """What runs an image in the foreground with as few rights as it needs; signals reach it.

        `folder` is mounted as `inside`, the only place beside /tmp that can be written to.
        """
        variables = [f"--env={name}={value}" for name, value in environment.items()]
        return [
            *(self.program, "run", "--rm", "--name", name, "--pull=never"),
            *("--read-only", "--tmpfs=/tmp", "--cap-drop=all", "--security-opt=no-new-privileges"),
            *_LIMITS,
            *network,
            *("--volume", f"{folder}:{inside}"),
            *variables,
            *(tag, argument),
        ]

    def remove(self, name: str) -> None:
        """End and remove a container, if there is one of that name."""
        _call(self.program, "rm", "--force", name)

    def remove_left_behind(self, prefix: str) -> None:
        """End and remove the containers and networks `<prefix><process id>...` whose process is no more.

        A runner that was killed could not do it: its containers are the engine's children, not its own.
        """
        mark = re.compile(re.escape(prefix) + r"(\d+)(-\d+)?")
        containers = _call(self.program, "ps", "--all", "--format", "{{.Names}}")
        networks = _call(self.program, "network", "ls", "--format", "{{.Name}}")
        for found, remove in ((containers, ["rm"]), (networks, ["network", "rm"])):
            for name in found.stdout.split():
                owner = mark.fullmatch(name)
                if owner is not None and not _is_running(int(owner[1])):
                    _call(self.program, *remove, "--force", name)

    @contextmanager
    def network(self, name: str) -> Iterator["Network"]:
        """A network for the time of the block that leads nowhere: its containers and this machine alone."""
        for _ in range(_ATTEMPTS):
            subnet = ipaddress.ip_network(f"10.{random.randint(64, 127)}.{random.randint(0, 255)}.0/24")  # noqa: S311 - any free one
            made = _call(self.program, "network", "create", "--internal", "--subnet", str(subnet), name)
            if made.returncode == 0:
                break
            _call(self.program, "network", "rm", "--force", name)
        else:
            raise EngineError(f"{self.name} could not make a network: {_last_line(made.stderr)}")
        try:
            yield Network(name, subnet)
        finally:
            _call(self.program, "network", "rm", "--force", name)


@dataclass
class Network:
    """An internal network, and the addresses in it that were given out."""

    name: str
    subnet: ipaddress.IPv4Network | ipaddress.IPv6Network
    _given: int = 9

    def address(self) -> str:
        """An address that no other container has."""
        self._given += 1
        return str(self.subnet[self._given])

    def arguments(self, address: str) -> list[str]:
        return ["--network", self.name, "--ip", address]


def tag_of(image: Image) -> str:
    """The tag of an image that was built here."""
    return f"localhost/slipway-{image.name}:latest"


def _call(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program, *arguments], capture_output=True, text=True, check=False, env=dict(os.environ)
    )


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["nothing"])[-1]
