"""Ports for containers that share this machine's loopback."""

import errno
import os
import random
import socket

from local.errors import ContainerError

_SIZE = 16
# Below the range from which systems take ports for outgoing connections.
_FIRST, _LAST = 18_000, 32_000
TAKEN = (errno.EADDRINUSE, errno.EACCES)


class PortRange:
    """A block of ports that no other runner takes while this object is open.

    `bind_to` is where the container listens, `safe` the range that it may use for its own needs
    (`SAGEMAKER_SAFE_PORT_RANGE`). The block's last port is held as its lock.
    """

    def __init__(self) -> None:
        candidates = list(range(_FIRST, _LAST, _SIZE))
        random.Random(os.urandom(8)).shuffle(candidates)  # noqa: S311 - spread, not secrecy
        for first in candidates:
            lock = _bound(first + _SIZE - 1)
            if lock is None:
                continue
            if all(_is_free(port) for port in range(first, first + _SIZE - 1)):
                self._lock, self.bind_to, self.safe = lock, first, f"{first + 1}-{first + _SIZE - 2}"
                return
            lock.close()
        raise ContainerError(f"no {_SIZE} neighboring ports are free between {_FIRST} and {_LAST}")

    def close(self) -> None:
        """Give the block back."""
        self._lock.close()


def reserve(port: int) -> socket.socket:
    """A socket that holds the port of 127.0.0.1 (0: any free one) and accepts nothing yet.

    Raises OSError, with an errno of TAKEN if somebody else has it, and OverflowError for a number too high.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # As servers do: a port in TIME_WAIT is free. Two sockets may then share a port until one listens.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(0)
    except (OSError, OverflowError):
        listener.close()
        raise
    return listener


def _bound(port: int) -> socket.socket | None:
    try:
        return reserve(port)
    except OSError as error:
        if error.errno in TAKEN:
            return None
        raise


def _is_free(port: int) -> bool:
    if (found := _bound(port)) is None:
        return False
    found.close()
    return True
