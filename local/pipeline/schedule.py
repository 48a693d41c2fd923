"""Runs tasks that wait for each other, side by side where they do not."""

from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from graphlib import TopologicalSorter
from typing import Protocol


class Tasks[T](Protocol):
    """A unit of work. Every method but `work` is called from the thread that runs the schedule."""

    def is_needed(self, name: str) -> bool:
        """Asked when all that the task waits for is done; one that is not needed counts as done."""
        ...

    def work(self, name: str) -> T:
        """Do it, in a thread of its own."""
        ...

    def finish(self, name: str, result: T) -> None: ...

    def stop(self) -> None:
        """Make the tasks that are under way end soon; called again and again until they have."""
        ...


def run_all[T](tasks: Tasks[T], after: Mapping[str, Collection[str]], at_a_time: int) -> None:
    """Run every task named in `after` once those that it waits for are done, `at_a_time` side by side.

    The first exception of a task is raised when the tasks under way have come to their end; none is started
    after it. When the call itself is interrupted, they are stopped.
    """
    order = TopologicalSorter({name: sorted(names) for name, names in after.items()})
    order.prepare()
    failure: Exception | None = None
    under_way: dict[Future[T], str] = {}
    with _pool(tasks, at_a_time, under_way) as pool:
        while (order.is_active() and failure is None) or under_way:
            for name in order.get_ready() if failure is None else ():
                if tasks.is_needed(name):
                    under_way[pool.submit(tasks.work, name)] = name
                else:
                    order.done(name)
            # A signal that comes just before a wait without end is not seen until the wait is over.
            for future in wait(under_way, timeout=0.5, return_when=FIRST_COMPLETED).done:
                name = under_way.pop(future)
                try:
                    tasks.finish(name, future.result())
                except Exception as error:
                    failure = failure or error
                else:
                    order.done(name)
    if failure is not None:
        raise failure


@contextmanager
def _pool[T](
    tasks: Tasks[T], at_a_time: int, under_way: Collection[Future[T]]
) -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(at_a_time, thread_name_prefix="step") as pool:
        try:
            yield pool
        except BaseException:
            for future in list(under_way):
                future.cancel()
            while any(not future.done() for future in under_way):
                tasks.stop()
                wait(under_way, timeout=0.1)
            raise
