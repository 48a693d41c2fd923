import threading
from collections.abc import Collection, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from patience import PATIENCE

from local.pipeline.schedule import run_all


class Tasks:
    """Tasks that note what happens to them."""

    def __init__(self, unneeded: Collection[str] = ()) -> None:
        self.unneeded = unneeded
        self.finished: list[str] = []

    def is_needed(self, name: str) -> bool:
        return name not in self.unneeded

    def work(self, name: str) -> str:
        return name.lower()

    def finish(self, name: str, result: str) -> None:
        assert result == name.lower()
        self.finished.append(name)

    def stop(self) -> None:
        raise AssertionError("nothing interrupts this schedule")


@given(st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=14), st.sets(st.integers(0, 7)))
def test_every_needed_task_is_done_once_and_after_those_it_waits_for(
    edges: set[tuple[int, int]], unneeded: set[int]
) -> None:
    after = {f"T{n}": {f"T{a}" for a, b in edges if a < b == n} for n in range(8)}
    tasks = Tasks([f"T{n}" for n in unneeded])
    run_all(tasks, after, 3)
    assert sorted(tasks.finished) == sorted(after.keys() - {f"T{n}" for n in unneeded})
    for name in tasks.finished:
        needed = [one for one in after[name] if one in tasks.finished]
        assert all(tasks.finished.index(one) < tasks.finished.index(name) for one in needed)


def test_independent_tasks_run_side_by_side() -> None:
    meeting = threading.Barrier(2, timeout=PATIENCE)

    class Meeting(Tasks):
        def work(self, name: str) -> str:
            meeting.wait()
            return super().work(name)

    run_all(tasks := Meeting(), {"A": (), "B": ()}, 2)
    assert sorted(tasks.finished) == ["A", "B"]


def test_no_more_tasks_run_at_a_time_than_allowed() -> None:
    places = threading.Semaphore(2)

    class Counted(Tasks):
        def work(self, name: str) -> str:
            assert places.acquire(blocking=False)
            try:
                return super().work(name)
            finally:
                places.release()

    run_all(tasks := Counted(), {f"T{n}": () for n in range(50)}, 2)
    assert len(tasks.finished) == 50


GRAPH: Mapping[str, Collection[str]] = {"Bad": (), "Other": (), "Behind": ("Bad",)}


def test_after_a_failure_what_runs_comes_to_its_end_and_nothing_is_started() -> None:
    failed = threading.Event()

    class Failing(Tasks):
        def work(self, name: str) -> str:
            if name == "Bad":
                failed.set()
                raise ValueError("it is bad")
            failed.wait(PATIENCE)
            return super().work(name)

    tasks = Failing()
    with pytest.raises(ValueError, match="it is bad"):
        run_all(tasks, GRAPH, 2)
    assert tasks.finished == ["Other"]


def test_an_interrupt_stops_what_runs() -> None:
    stopped = threading.Event()

    class Interrupted(Tasks):
        def is_needed(self, name: str) -> bool:
            if name == "Second":
                raise KeyboardInterrupt
            return True

        def work(self, name: str) -> str:
            assert stopped.wait(PATIENCE)
            return name

        def stop(self) -> None:
            stopped.set()

    with pytest.raises(KeyboardInterrupt):
        run_all(Interrupted(), {"Long": (), "Second": ()}, 2)
    assert stopped.is_set()
