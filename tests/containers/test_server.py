"""The server as a process: the port, kept connections, oversized bodies on the wire, and how it stops."""

import errno
import http.client
import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from container_process import ENGINE, Container, start_failure, wait_until
from patience import PATIENCE
from wire import read_to_the_end

SCRIPT = """
import os, pathlib, time

def model_fn(model_dir):
    return pathlib.Path(model_dir)

def transform_fn(model, body, content_type, accept):
    if body.startswith(b"wait"):
        (model / "begun").touch()
        while not (model / "go").exists():
            time.sleep(0.01)
    if body == b"variables":
        return os.environ["OMP_NUM_THREADS"] + " " + os.environ["OPENBLAS_NUM_THREADS"], "text/plain"
    return body, "application/octet-stream"
"""


WAITING = b"wait" + b" " * 50_000


def with_script(folder: Path, script: str = SCRIPT) -> Path:
    code = folder / "model" / "code"
    code.mkdir(parents=True)
    (code / "inference.py").write_text(script)
    return folder


VARIABLES = {
    "SAGEMAKER_PROGRAM": "inference.py",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
    "MAX_CONTENT_LENGTH": "100000",
}


@pytest.fixture(scope="module")
def container(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    folder = with_script(tmp_path_factory.mktemp("server"))
    with Container("toolkit", folder, **VARIABLES) as running:
        yield running


def test_it_listens_on_the_local_interface_alone(container: Container) -> None:
    listening = [
        line.split()[1]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if line.split()[3] == "0A" and line.split()[1].endswith(f":{container.port:04X}")
    ]

    assert listening == [f"0100007F:{container.port:04X}"]


def test_one_connection_serves_many_requests(container: Container) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", container.port, timeout=PATIENCE)
    connection.connect()
    kept = connection.sock
    for number in range(20):
        connection.request("POST", "/invocations", body=str(number))
        assert connection.getresponse().read() == str(number).encode()

    assert connection.sock is kept
    connection.close()


def test_numeric_libraries_have_one_thread(container: Container) -> None:
    assert container.invoke(b"variables").body == b"1 1"


def test_a_body_larger_than_the_kernels_buffers_comes_back_whole(container: Container) -> None:
    body = os.urandom(99_999)

    assert container.invoke(body).body == body


@pytest.mark.parametrize(
    "body",
    [pytest.param(b"x" * 300_000, id="declared"), pytest.param([b"x" * 30_000] * 10, id="chunked")],
)
def test_an_oversized_body_is_413_and_the_connection_goes_on(container: Container, body: object) -> None:
    answer = container.invoke(iter(body) if isinstance(body, list) else body)

    assert answer.status == 413
    assert container.invoke(b"after").body == b"after"


def test_a_chunked_body_within_the_limit_is_whole(container: Container) -> None:
    assert container.invoke(iter([b"a" * 40_000, b"b" * 40_000])).body == b"a" * 40_000 + b"b" * 40_000


def test_what_is_not_http_is_400_and_closes(container: Container) -> None:
    with socket.create_connection(("127.0.0.1", container.port), timeout=PATIENCE) as connection:
        connection.sendall(b"GARBAGE\r\n\r\n")

        assert connection.recv(1000).startswith(b"HTTP/1.1 400")


def spoken(container: Container, sent: bytes) -> bytes:
    """Everything that is answered until the container ends the connection."""
    with socket.create_connection(("127.0.0.1", container.port), timeout=PATIENCE) as connection:
        connection.sendall(sent)
        return read_to_the_end(connection)


POST = b"POST /invocations HTTP/1.1\r\nHost: h\r\n"
UPGRADE = b"Connection: Upgrade\r\nUpgrade: h2c\r\n"
LAST = b"GET /ping HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"


# The rules are the local listeners', whose tests have every case: tests/local/http/test_listeners.py.
@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (POST + b"Host: h\r\n\r\n", b"400"),
        (b"GET /ping HTTP/1.1\r\n\r\n", b"400"),
        (POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", b"400"),
        (POST + b"X: " + b"x" * 40_000, b"431"),
    ],
    ids=["two hosts", "no host", "two framings", "large headers"],
)
def test_what_is_ambiguous_or_too_large_is_refused(container: Container, sent: bytes, status: bytes) -> None:
    assert spoken(container, sent).startswith(b"HTTP/1.1 " + status)


def test_an_upgrade_takes_neither_the_body_nor_the_next_request(container: Container) -> None:
    answer = spoken(container, POST + UPGRADE + b"Content-Length: 3\r\n\r\nabc" + LAST)

    assert answer.count(b"HTTP/1.1 200 OK") == 2
    assert b"\r\n\r\nabcHTTP/1.1 200 OK" in answer


def test_a_trailer_changes_nothing(container: Container) -> None:
    head = POST + b"Accept: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = spoken(container, head + b"1\r\na\r\n0\r\nContent-Length: 9\r\n\r\n" + LAST)

    assert answer.startswith(b"HTTP/1.1 400")
    assert spoken(container, head + b"1\r\na\r\n0\r\nX-A: b\r\n\r\n" + LAST).count(b"200 OK") == 2


def test_a_caller_that_wants_the_head_alone_gets_it(container: Container) -> None:
    assert container.request("HEAD", "/ping").status == 405
    assert container.invoke(b"after").body == b"after"


def test_a_large_request_does_not_hold_up_small_ones(tmp_path: Path) -> None:
    with Container("toolkit", with_script(tmp_path), **VARIABLES) as container:
        large, answers = waiting_request(container, tmp_path)

        assert container.request("GET", "/ping").status == 200
        assert container.invoke(b"small").body == b"small"

        assert not answers
        (tmp_path / "model" / "go").touch()
        large.join(timeout=PATIENCE)
        assert answers == [WAITING]


def test_sigterm_finishes_what_is_under_way_and_exits_0(tmp_path: Path) -> None:
    with Container("toolkit", with_script(tmp_path), **VARIABLES) as container:
        request, answers = waiting_request(container, tmp_path)

        container.process.send_signal(signal.SIGTERM)
        wait_until(lambda: refuses(container.port))
        assert container.process.poll() is None
        (tmp_path / "model" / "go").touch()

        assert container.process.wait(timeout=PATIENCE) == 0
        request.join(timeout=PATIENCE)
        assert answers == [WAITING]


def test_an_idle_kept_connection_does_not_delay_the_stop(tmp_path: Path) -> None:
    with Container("toolkit", with_script(tmp_path), **VARIABLES) as container:
        assert container.request("GET", "/ping").status == 200

        assert container.stop() == 0


def test_sigterm_while_the_model_loads_ends_the_container(tmp_path: Path) -> None:
    script = "import time\ndef model_fn(folder):\n    print('loading', flush=True)\n    time.sleep(60)\n"
    container = Container("toolkit", with_script(tmp_path, script), **VARIABLES)
    wait_until(lambda: "loading" in container.log())

    assert container.stop() == 0
    container.__exit__()


@pytest.mark.skipif(bool(ENGINE), reason="the process is the engine's, not the container's")
def test_it_has_no_child_processes(container: Container) -> None:
    children = Path(f"/proc/{container.process.pid}/task/{container.process.pid}/children")

    assert children.read_text() == ""


@pytest.mark.parametrize("value", ["eighty", "0", "-1", "8080.0"])
def test_a_limit_that_is_no_number_is_named(tmp_path: Path, value: str) -> None:
    log = start_failure("toolkit", with_script(tmp_path), **VARIABLES | {"MAX_CONTENT_LENGTH": value})

    assert f"MAX_CONTENT_LENGTH should be a positive integer, not {value!r}" in log


def refuses(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == errno.ECONNREFUSED


def waiting_request(container: Container, folder: Path) -> tuple[threading.Thread, list[bytes]]:
    """A large request that is under way until the file `go` appears, and the list that gets its answer."""
    answers: list[bytes] = []

    def post() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", container.port, timeout=PATIENCE)
        connection.request("POST", "/invocations", body=WAITING)
        answers.append(connection.getresponse().read())
        connection.close()

    request = threading.Thread(target=post, daemon=True)
    request.start()
    wait_until((folder / "model" / "begun").exists)
    return request, answers
