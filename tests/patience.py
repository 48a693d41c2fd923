"""How long a test waits for an event: so long that only a hang uses it up, however busy the machine is."""

import time
from collections.abc import Callable

PATIENCE = 300.0


def wait_until(condition: Callable[[], bool]) -> bool:
    """Whether the condition came true."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return condition()
