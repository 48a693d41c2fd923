"""Work that runs in its order, several at a time, and never two with a key in common."""

import threading
from collections.abc import Iterator

import pytest
from patience import PATIENCE, wait_until

from local.sagemaker_api.turns import Turns


class Bench:
    """Two turns at a time; each piece of work says that it has begun, and goes on until it is let go."""

    def __init__(self) -> None:
        self.turns = Turns(2)
        self.begun: list[str] = []
        self._gates: dict[str, threading.Event] = {}

    def add(self, id: str, *keys: str) -> None:
        gate = self._gates[id] = threading.Event()

        def work() -> None:
            self.begun.append(id)
            assert gate.wait(PATIENCE)

        self.turns.add(id, keys, work)

    def let_go(self, *ids: str) -> None:
        for id in ids or self._gates:
            self._gates[id].set()

    def has_begun(self, *ids: str) -> bool:
        return wait_until(lambda: self.begun == list(ids))


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.let_go()
    bench.turns.close()


def test_as_much_as_may_runs_and_the_rest_in_its_order(bench: Bench) -> None:
    for id in "abcd":
        bench.add(id, f"key {id}")
    assert bench.has_begun("a", "b")
    bench.let_go("b")
    assert bench.has_begun("a", "b", "c")
    bench.let_go("a")
    assert bench.has_begun("a", "b", "c", "d")


def test_what_shares_a_key_waits_and_is_overtaken_by_what_shares_none(bench: Bench) -> None:
    bench.add("a", "x")
    bench.add("b", "x", "y")
    bench.add("c", "y")
    bench.add("d", "z")
    # c has a key in common with b, which was there before.
    assert bench.has_begun("a", "d")
    bench.let_go("a")
    assert bench.has_begun("a", "d", "b")
    bench.let_go("b")
    assert bench.has_begun("a", "d", "b", "c")


def test_what_is_canceled_while_it_waits_never_begins_and_is_in_nobodys_way(bench: Bench) -> None:
    bench.add("a", "x")
    bench.add("b", "x", "y")
    bench.add("c", "y")
    assert bench.turns.cancel("b")
    assert bench.has_begun("a", "c")
    assert not bench.turns.cancel("a")
    assert not bench.turns.cancel("nobody")


def test_once_closed_nothing_more_begins(bench: Bench) -> None:
    bench.add("a", "x")
    bench.add("b", "x")
    assert bench.has_begun("a")
    closing = threading.Thread(target=bench.turns.close)
    closing.start()
    assert wait_until(lambda: bench.turns._closed)
    bench.let_go("a")
    closing.join(PATIENCE)
    assert bench.begun == ["a"]
