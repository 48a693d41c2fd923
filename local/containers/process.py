"""Processes in groups of their own that never outlive the runner."""

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

_WATCHDOG = Path(__file__).with_name("watchdog.py")


class Process:
    """One started program with its log; what it leaves running in its group is killed when it ends."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        environment: Mapping[str, str],
        log: Path,
        pass_fds: Sequence[int] = (),
    ) -> None:
        with log.open("ab") as stream, _guard.starting(cwd):
            self._popen = subprocess.Popen(
                command,
                cwd=cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=pass_fds,
            )
            self.pid = self._popen.pid
            _guard.watch(self)
        self._ended = threading.Event()
        self._callbacks: list[Callable[[], None]] = []
        threading.Thread(target=self._wait_for_end, name=f"wait-{self.pid}", daemon=True).start()

    @property
    def exit_code(self) -> int | None:
        """None while it runs; `-signal` when a signal ended it."""
        return self._popen.returncode if self._ended.is_set() else None

    def on_exit(self, callback: Callable[[], None]) -> None:
        """Call `callback` from another thread once the process has ended (at once if it has)."""
        with _lock:
            if not self._ended.is_set():
                self._callbacks.append(callback)
                return
        callback()

    def wait(self, timeout: float | None = None) -> int | None:
        """The exit code, or None after `timeout` seconds."""
        if timeout is None:
            # Not in one wait without end: a signal that comes just before it would not be seen.
            while not self._ended.wait(0.5):
                pass
        else:
            self._ended.wait(timeout)
        return self.exit_code

    def terminate(self) -> None:
        """SIGTERM to the program itself, as a container's first process gets it."""
        if not self._ended.is_set():
            self._popen.terminate()

    def kill(self) -> None:
        """SIGKILL to the whole group."""
        if not self._ended.is_set():
            self._kill_group()

    def stop(self, grace: float) -> None:
        """SIGTERM, then SIGKILL after `grace` seconds; returns when the process has ended."""
        self.terminate()
        if self.wait(grace) is None:
            self.kill()
            self.wait()

    def _wait_for_end(self) -> None:
        self._popen.wait()
        self._kill_group()
        _guard.forget(self)
        with _lock:
            self._ended.set()
        for callback in self._callbacks:
            callback()

    def _kill_group(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)


class _Guard:
    """The running processes of this runner, and the watchdog that knows their groups."""

    def __init__(self) -> None:
        self._running: set[Process] = set()
        self._watchdog: subprocess.Popen[bytes] | None = None
        self._pipe: IO[bytes] | None = None

    @contextmanager
    def starting(self, folder: Path) -> Iterator[None]:
        """Have the watchdog know where a process is being started, until it is listed."""
        where = json.dumps(str(folder.resolve()))
        with _lock:
            if self._watchdog is None or self._watchdog.poll() is not None:
                self._start_watchdog()
            self._tell(f"?{where}\n")
        try:
            yield
        finally:
            with _lock:
                self._tell(f"!{where}\n")

    def watch(self, process: Process) -> None:
        with _lock:
            self._running.add(process)
            self._tell(f"+{process.pid}\n")

    def forget(self, process: Process) -> None:
        with _lock:
            self._running.discard(process)
            self._tell(f"-{process.pid}\n")

    def running(self) -> list[Process]:
        with _lock:
            return list(self._running)

    def close(self) -> None:
        """Let the watchdog go; it kills what still runs."""
        if self._watchdog is not None and self._pipe is not None:
            self._pipe.close()
            self._watchdog.wait()

    def _start_watchdog(self) -> None:
        self._watchdog = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_WATCHDOG)],
            bufsize=0,
            stdin=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C in the terminal reaches the runner, not the watchdog
        )
        self._pipe = self._watchdog.stdin
        for process in self._running:
            self._tell(f"+{process.pid}\n")

    def _tell(self, line: str) -> None:
        if self._pipe is not None and not self._pipe.closed:
            with suppress(BrokenPipeError):  # the next process starts a new watchdog
                self._pipe.write(line.encode())


_lock = threading.Lock()
_guard = _Guard()
atexit.register(_guard.close)


def stop_all(grace: float) -> None:
    """Stop every process that runs: SIGTERM to all, then SIGKILL to those left after `grace` seconds."""
    running = _guard.running()
    for process in running:
        process.terminate()
    for process in running:
        process.stop(grace)
