"""Whose turn it is: work in its order, several at a time, but never two that would hurt each other."""

import threading
from collections.abc import Callable, Collection


class Turns:
    """Runs work in threads, `at_a_time` at most, in the order in which it was added.

    What has a key in common with earlier work waits until that has ended; what comes behind it and has none
    does not wait for it.
    """

    def __init__(self, at_a_time: int) -> None:
        self._at_a_time = at_a_time
        self._lock = threading.Lock()
        self._waiting: dict[str, tuple[frozenset[str], Callable[[], None]]] = {}
        self._running: dict[str, tuple[frozenset[str], threading.Thread]] = {}
        self._closed = False

    def add(self, id: str, keys: Collection[str], work: Callable[[], None]) -> None:
        """Run the work, which raises nothing, when its turn comes."""
        with self._lock:
            self._waiting[id] = (frozenset(keys), work)
            self._start()

    def cancel(self, id: str) -> bool:
        """Forget work that still waits; False if it does not."""
        with self._lock:
            found = self._waiting.pop(id, None) is not None
            self._start()
        return found

    def close(self) -> None:
        """Start nothing more, and wait for what runs."""
        with self._lock:
            self._closed = True
            threads = [thread for _, thread in self._running.values()]
        for thread in threads:
            thread.join()

    def _start(self) -> None:
        taken = {key for keys, _ in self._running.values() for key in keys}
        for id, (keys, work) in list(self._waiting.items()):
            if self._closed or len(self._running) >= self._at_a_time:
                return
            if taken.isdisjoint(keys):
                del self._waiting[id]
                thread = threading.Thread(target=self._run, args=(id, work), name=f"turn-{id}")
                self._running[id] = (keys, thread)
                thread.start()
            taken |= keys

    def _run(self, id: str, work: Callable[[], None]) -> None:
        try:
            work()
        finally:
            with self._lock:
                del self._running[id]
                self._start()
