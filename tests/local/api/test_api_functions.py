"""A function's processes: what they get, answer and are ended for."""

import asyncio
import textwrap
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from patience import PATIENCE
from processes import is_running, wait_until

from local.api.declaration import Function
from local.api.sandbox import EventTooLargeError, FunctionFailedError, HandlerError, Sandboxes, ThrottledError
from local.errors import ContainerError

SOURCE = """
    import os, sys, time, pathlib
    import own_module, orjson

    def handler(event, context):
        if "sleep" in event: time.sleep(event["sleep"])
        if "exit" in event: os._exit(event["exit"])
        if "fail" in event: raise ValueError(event["fail"])
        if "large" in event: return "x" * 7_000_000
        if "object" in event: return object()
        return {
            "event": event, "pid": os.getpid(), "environment": dict(os.environ), "path": sys.path,
            "id": context.aws_request_id, "left": context.get_remaining_time_in_millis(),
            "name": context.function_name, "memory": context.memory_limit_in_mb,
            "arn": context.invoked_function_arn, "orjson": orjson.__file__,
        }
"""


@pytest.fixture
def code(tmp_path: Path) -> Path:
    folder = tmp_path / "asset"
    folder.mkdir()
    (folder / "entry.py").write_text(textwrap.dedent(SOURCE))
    (folder / "own_module.py").write_text("")
    (folder / "orjson.py").write_text("raise ImportError('of another platform')")
    return folder


def function(**changes: Any) -> Function:
    parts = {
        "name": "shop",
        "arn": "arn:aws:lambda:eu-west-1:000000000000:function:shop",
        "code": "",
        "handler": "entry.handler",
        "environment": {"COLOR": "red"},
        "timeout": PATIENCE,
        "memory_mb": 256,
        "concurrency": 4,
        "log_group": "log",
    }
    return Function(**{**parts, **changes})


def used[T](code: Path, use: Callable[[Sandboxes], Awaitable[T]], **changes: Any) -> T:
    """What `use` gives, with the function's processes for that time."""

    async def run() -> T:
        sandboxes = Sandboxes(function(**changes), code, code.parent / "function")
        try:
            sandboxes.start({"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": "http://127.0.0.1:1"})
            await sandboxes.ready()
            return await use(sandboxes)
        finally:
            await sandboxes.stop()

    return asyncio.run(run())


def test_the_handler_gets_event_context_and_environment(code: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OF_THE_CALLER", "secret")
    answer = used(code, lambda own: own.invoke({"a": "é"}, "id-1"))
    assert (answer["event"], answer["id"], answer["name"]) == ({"a": "é"}, "id-1", "shop")
    assert (answer["memory"], 60_000 < answer["left"] <= PATIENCE * 1000) == ("256", True)
    environment = answer["environment"]
    assert environment["COLOR"] == "red"
    assert environment["AWS_REGION"] == environment["AWS_DEFAULT_REGION"] == "eu-west-1"
    assert environment["AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME"] == "http://127.0.0.1:1"
    assert environment["AWS_LAMBDA_FUNCTION_NAME"] == "shop"
    assert "OF_THE_CALLER" not in environment


def test_packages_are_those_of_this_python_and_the_assembly_stays_as_it_is(code: Path) -> None:
    answer = used(code, lambda own: own.invoke({}, "id"))
    assert not Path(answer["orjson"]).is_relative_to(code)
    assert answer["path"][-1] == str(code)
    assert str(code.parent / "function") not in answer["path"]
    assert not (code / "__pycache__").exists()


def test_a_handler_that_raises_an_error_goes_on_in_the_same_process(code: Path) -> None:
    async def use(own: Sandboxes) -> None:
        [pid] = own.pids
        for event in ({"fail": "x"}, {"large": 1}, {"object": 1}):
            with pytest.raises(HandlerError):
                await own.invoke(event, "id")
        assert (await own.invoke({}, "id"))["pid"] == pid

    used(code, use)


def test_the_log_has_the_error_that_the_caller_does_not_get(code: Path) -> None:
    async def use(own: Sandboxes) -> str:
        with pytest.raises(HandlerError, match="shop raised ValueError"):
            await own.invoke({"fail": "zanzibar"}, "id")
        return own.log.read_text()

    assert "ValueError: zanzibar" in used(code, use)


def test_a_late_handler_is_ended_and_the_next_event_has_a_new_process(code: Path) -> None:
    async def use(own: Sandboxes) -> None:
        [pid] = own.pids
        with pytest.raises(FunctionFailedError, match=r"timed out after 0\.2 s"):
            await own.invoke({"sleep": 600}, "id")
        assert not is_running(pid)
        own.function = function()
        assert (await own.invoke({}, "id"))["pid"] != pid

    used(code, use, timeout=0.2)


def test_a_process_that_ends_is_named_with_its_exit_code_and_replaced(code: Path) -> None:
    async def use(own: Sandboxes) -> None:
        with pytest.raises(FunctionFailedError, match="shop ended with exit code 7"):
            await own.invoke({"exit": 7}, "id")
        assert (await own.invoke({}, "id"))["event"] == {}

    used(code, use)


def test_events_at_the_same_time_have_processes_of_their_own(code: Path) -> None:
    async def use(own: Sandboxes) -> set[int]:
        answers = await asyncio.gather(*(own.invoke({"sleep": 0.3}, "id") for _ in range(2)))
        return {answer["pid"] for answer in answers}

    assert len(used(code, use)) == 2


def test_more_events_than_the_functions_concurrency_are_throttled(code: Path) -> None:
    async def use(own: Sandboxes) -> list[Any]:
        asked = (own.invoke({"sleep": 0.2}, "id") for _ in range(2))
        return await asyncio.gather(*asked, return_exceptions=True)

    answers = used(code, use, concurrency=1)
    assert [isinstance(one, ThrottledError) for one in answers] == [False, True]


def test_an_event_is_at_most_six_mebibytes(code: Path) -> None:
    async def use(own: Sandboxes) -> None:
        with pytest.raises(EventTooLargeError):
            await own.invoke({"body": "x" * (6 << 20)}, "id")

    used(code, use)


@pytest.mark.parametrize("handler", ["missing.handler", "entry.missing"])
def test_a_handler_that_is_not_there_is_named_with_its_log(code: Path, handler: str) -> None:
    async def use(own: Sandboxes) -> None:
        """Not reached."""

    with pytest.raises(ContainerError, match=r"before it was ready(.|\n)*missing"):
        used(code, use, handler=handler)


def test_nothing_is_left_when_the_function_is_stopped(code: Path) -> None:
    async def use(own: Sandboxes) -> list[int]:
        await asyncio.gather(*(own.invoke({"sleep": 0.1}, "id") for _ in range(2)))
        return list(own.pids)

    pids = used(code, use)
    assert wait_until(lambda: not any(map(is_running, pids)))
