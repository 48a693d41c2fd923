"""What other commands make of the state file: it counts only while the process that wrote it answers."""

import json
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from patience import PATIENCE, wait_until
from processes import is_running
from runner import SLIPWAY, Serving
from shop import Project, container

from assembly.address import Address
from assembly.errors import SlipwayError, UsageError
from local.serve import control, state_file
from local.serve.state_file import Served, ServedApi, ServedEndpoint, ServedFunction

NOTHING = f"error: no endpoint is being served; start it with: {SLIPWAY} serve\n"
# A process that is always there.
STATE: dict[str, Any] = {
    "url": "http://127.0.0.1:1",
    "pid": 1,
    "region": "eu-west-1",
    "endpoints": [],
    "apis": [],
}
COMMANDS = [("invoke", "shop", "--row", "1"), ("deploy", "shop")]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    project.declare(container("first", TAG="a"))
    return project


def test_after_a_serve_that_was_killed_nothing_is_served_until_the_next_one(project: Project) -> None:
    killed = Serving(project)
    killed.process.kill()
    killed.process.communicate(timeout=PATIENCE)
    assert project.state.exists()
    for command in COMMANDS:
        assert project.run(*command) == (1, "", NOTHING)
    for pid in killed.pids.values():
        if is_running(pid):
            os.kill(pid, signal.SIGKILL)
    after = Serving(project)
    assert project.run("invoke", "shop", "--row", "1") == (0, "1,a\n", "")
    assert after.end(signal.SIGINT) == 0


def test_a_serve_that_is_stopped_is_waited_for_no_longer_than_a_while(project: Project) -> None:
    serving = Serving(project)
    serving.process.send_signal(signal.SIGSTOP)
    for command in COMMANDS:
        code, out, err = project.run(*command)
        assert (code, out) == (1, "")
        assert "build/serve.sock has not answered for 5 s" in err
    serving.process.send_signal(signal.SIGCONT)
    assert serving.end(signal.SIGINT) == 0


def test_a_process_number_that_is_used_again_is_no_serve(project: Project) -> None:
    put(project.state, STATE)
    for command in COMMANDS:
        assert project.run(*command) == (1, "", NOTHING)


def put(path: Path, content: Any) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"{", b"\xff\xfe\x00", b"nothing", b"[" * 100_000),
        *([], None, 7, "text", {}, {**STATE, "pid": "many"}, {**STATE, "pid": None}),
        *({**STATE, "endpoints": None}, {**STATE, "endpoints": 7}, {**STATE, "endpoints": [7]}),
        *({**STATE, "endpoints": {"a": 1}}, {**STATE, "apis": [{}]}, {**STATE, "apis": ["a"]}),
        {**STATE, "endpoints": [{"name": "a", "variant": "b", "containers": [{"pod": 1}]}]},
    ],
    ids=lambda content: repr(content)[:50],
)
def test_a_state_file_of_something_else_is_named(tmp_path: Path, content: Any) -> None:
    put(tmp_path / "build" / "serve.json", content)
    with pytest.raises(SlipwayError, match=r"serve\.json is not what serve writes; stop serve if it runs"):
        state_file.read(tmp_path / "build")


def test_a_folder_in_its_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "build" / "serve.json").mkdir(parents=True)
    with pytest.raises(SlipwayError, match=r"serve\.json cannot be read: Is a directory"):
        state_file.read(tmp_path / "build")


@contextmanager
def listening(folder: Path, answer: Callable[[socket.socket], None]) -> Iterator[None]:
    """Something that listens where serve does."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "serve.sock"))
        listener.listen()
        asked = threading.Thread(target=lambda: answer(listener.accept()[0]))
        asked.start()
        yield
        asked.join(PATIENCE)


def saying(text: bytes) -> Callable[[socket.socket], None]:
    def say(caller: socket.socket) -> None:
        with caller:
            caller.recv(1000)
            caller.sendall(text)

    return say


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (
            b'{"note": "2"}\n{"done": true}\n',
            "was written by another serve than the running one",
        ),
        (b'{"note": "x"}\n{"done": true}\n', "is not serve, or ended"),
        (b'{"done": true}\n', "is not serve, or ended"),
        (b"SSH-2.0-OpenSSH_9\r\n", "is not serve, or ended"),
        (b"[]\n", "is not serve, or ended"),
        (b"{}\n", "is not serve, or ended"),
        (b"\xff\n", "is not serve, or ended"),
        (b"", "serve ended before the command was complete"),
    ],
)
def test_whoever_else_answers_is_not_taken_for_serve(tmp_path: Path, said: bytes, message: str) -> None:
    put(tmp_path / "serve.json", STATE)
    with listening(tmp_path, saying(said)), pytest.raises(SlipwayError, match=message):
        state_file.read(tmp_path)


def test_who_says_nothing_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "ANSWER_SECONDS", 0.1)
    put(tmp_path / "serve.json", STATE)
    over = threading.Event()

    def wait(caller: socket.socket) -> None:
        with caller:
            over.wait(PATIENCE)

    with listening(tmp_path, wait):
        with pytest.raises(SlipwayError, match=r"has not answered for 0\.1 s; stop it"):
            state_file.read(tmp_path)
        over.set()


def test_the_state_of_a_serve_that_answers_is_read(tmp_path: Path) -> None:
    put(tmp_path / "serve.json", STATE)
    with listening(tmp_path, saying(b'{"note": "1"}\n{"done": true}\n')):
        assert state_file.read(tmp_path).url == STATE["url"]


@pytest.mark.parametrize("find", [Served.api, Served.endpoint])
def test_apis_and_endpoints_are_found_by_their_tags_and_not_by_the_endings_of_names(
    tmp_path: Path, find: Callable[[Served, str], ServedApi | ServedEndpoint]
) -> None:
    addresses = [Address("A", "corner-shop", "corner"), Address("B", "b", "shop"), Address("C", "other-shop")]
    names = [one.name or "" for one in addresses]
    named = list(zip(names, addresses, strict=True))
    functions = [ServedFunction("f", [1], "log")]
    apis = [ServedApi(name, one, "http://127.0.0.1:1", "log", functions, None) for name, one in named]
    endpoints = [ServedEndpoint(name, "v", [], one) for name, one in named]
    state_file.write(tmp_path / "serve.json", Served("http://127.0.0.1:1", 1, "eu-west-1", endpoints, apis))

    with listening(tmp_path, saying(b'{"note": "1"}\n{"done": true}\n')):
        served = state_file.read(tmp_path)

    assert served.apis == apis
    assert find(served, "shop").name == "b"
    assert find(served, "other-shop").name == "other-shop"
    with pytest.raises(
        UsageError, match=r"^no .* called bread; there are: corner \(corner-shop\), shop \(b\)"
    ):
        find(served, "bread")


@pytest.mark.parametrize("content", [b"", b"[]", json.dumps(STATE).encode()])
def test_serve_replaces_whatever_state_another_one_has_left(project: Project, content: bytes) -> None:
    put(project.state, content)
    (project.folder / "build" / "serve.sock").write_text("no socket")
    serving = Serving(project)
    assert serving.state["pid"] == serving.process.pid
    assert serving.end(signal.SIGINT) == 0
    assert wait_until(lambda: not project.state.exists())
