"""Host names that only a job's own processes resolve, each to an address of the loopback.

Where this machine lets a process have a mount namespace of its own (util-linux's `unshare`), the processes
see an /etc/hosts with the names, and every program resolves them. Elsewhere Python's `socket` does, by a
`sitecustomize` of ours, and programs that resolve names by themselves do not.
"""

import itertools
import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from local.containers.images import Image

_PYTHONS_OWN = Path(__file__).with_name("python_host_names")
_VARIABLE = "SLIPWAY_HOST_NAMES"
# sh gets the file and the command as arguments.
_MOUNTED = ("sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"')
_clusters = itertools.count()


@dataclass(frozen=True)
class HostNames:
    """Addresses by host name, and the file that says so to the processes."""

    addresses: Mapping[str, str]
    file: Path

    @classmethod
    def of(cls, hosts: Sequence[str], folder: Path) -> "HostNames":
        """Addresses for these hosts that no other job of this process has; writes `<folder>/hosts`.

        A host alone gets none: nobody asks for it.
        """
        if len(hosts) == 1:
            return cls({}, folder)
        network = f"127.{64 + os.getpid() % 190}.{next(_clusters) % 256}"
        names = cls({host: f"{network}.{number}" for number, host in enumerate(hosts, 1)}, folder / "hosts")
        folder.mkdir(parents=True, exist_ok=True)
        lines = [f"{address}\t{host}\n" for host, address in names.addresses.items()]
        names.file.write_text(Path("/etc/hosts").read_text() + "".join(lines))
        return names

    def resolved_by(self, command: Sequence[str]) -> list[str]:
        """The command, in a mount namespace where its processes find the names."""
        private = _private_mounts() if self.addresses else ()
        return [*private, *_MOUNTED, str(self.file.absolute()), *command] if private else [*command]

    def environment(self, image: Image) -> dict[str, str]:
        """The variables by which Python finds the names where there is no mount namespace."""
        if not self.addresses or _private_mounts():
            return {}
        path = image.environment().get("PYTHONPATH", "")
        return {
            "PYTHONPATH": os.pathsep.join(filter(None, (str(_PYTHONS_OWN), path))),
            _VARIABLE: json.dumps(dict(self.addresses)),
        }


@cache
def _private_mounts() -> tuple[str, ...]:
    """What starts a program with mounts of its own, empty where this machine does not let us."""
    as_root = () if os.geteuid() == 0 else ("--user", "--map-root-user")
    command = ("unshare", *as_root, "--mount")
    try:
        done = subprocess.run(
            [*command, *_MOUNTED, "/etc/hosts", "true"], capture_output=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return command if done.returncode == 0 else ()
