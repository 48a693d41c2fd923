"""Several processes that answer on one socket, as the managed images have one worker for each CPU."""

import logging
import os
import signal
from collections.abc import Callable
from contextlib import suppress

_STOPS = (signal.SIGTERM, signal.SIGINT)
logger = logging.getLogger("toolkit")


class Workers:
    """Forked processes; what was loaded before is shared memory.

    A worker that ends by itself ends the container: whoever started it starts it again, and sees that
    something is wrong.
    """

    def __init__(self) -> None:
        self._running: set[int] = set()
        self._stopping = False

    def run(self, serve: Callable[[], None], count: int) -> int:
        """Run `serve` in so many workers until SIGTERM or SIGINT; the container's exit code, 0 or 1."""
        for number in _STOPS:
            signal.signal(number, self._stop)
        for _ in range(count):
            # Who is told to stop while it is forked would take the first process's handler for its own.
            signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
            self._running.add(_fork(serve))
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)
        failed = False
        while self._running:
            worker, status = os.wait()
            self._running.discard(worker)
            if not self._stopping:
                failed = True
                logger.error("worker %d ended (%d)", worker, os.waitstatus_to_exitcode(status))
                self._stop()
        return int(failed)

    def _stop(self, *_: object) -> None:
        self._stopping = True
        for worker in self._running:
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGTERM)


def _fork(serve: Callable[[], None]) -> int:
    worker = os.fork()
    if worker:
        return worker
    code = 1
    try:
        for number in _STOPS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)
        serve()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:
        logger.exception("a worker failed")
    finally:
        # The stack below is the first process's; a worker must not return into it.
        os._exit(code)
