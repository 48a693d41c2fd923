"""The client against servers that speak by a script."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable

import pytest
import uvloop
from patience import PATIENCE

from local.http import client as http_client
from local.http.client import (
    AnswerTimeoutError,
    Client,
    ConnectError,
    ConnectionClosedError,
    HttpError,
    Response,
)

Script = list[bytes | None]


def with_server(script: Script, scenario: Callable[[Client, list[bytes]], Awaitable[None]]) -> None:
    """Answer each request with the script's next piece; None closes the connection instead."""

    async def main() -> None:
        requests: list[bytes] = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                while head := await reader.readuntil(b"\r\n\r\n"):
                    length = re.search(rb"Content-Length: (\d+)", head)
                    assert length is not None
                    requests.append(head + await reader.readexactly(int(length[1])))
                    answer = script.pop(0)
                    if answer is None:
                        break
                    writer.write(answer)
            except (asyncio.IncompleteReadError, ConnectionResetError):
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        client = Client(server.sockets[0].getsockname()[1])
        try:
            await scenario(client, requests)
        finally:
            client.close()
            server.close()
            await server.wait_closed()

    asyncio.run(main())


def one_answer(*pieces: bytes) -> Response:
    found = []

    async def scenario(client: Client, _: list[bytes]) -> None:
        found.append(await client.request("POST", "/invocations", timeout=PATIENCE))

    with_server([b"".join(pieces)], scenario)
    return found[0]


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\n1,2\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nx-a: b\r\n\r\n2\r\n1,\r\n3\r\n2\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 103 Early\r\nX-C: d\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\n1,2\r\n",
    ],
    ids=["content length", "chunked", "after an interim answer"],
)
def test_an_answer_is_read_whole_however_it_is_framed(answer: bytes) -> None:
    response = one_answer(answer)
    assert (response.status, response.body, response.headers["x-a"]) == (200, b"1,2\r\n", "b")
    assert "x-c" not in response.headers


@pytest.mark.parametrize("trailer", ["X-A: c", "Content-Type: text/html", "X-B: c"])
def test_trailers_are_no_headers(trailer: str) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n"
    response = one_answer(head + b"1\r\n1\r\n0\r\n" + trailer.encode() + b"\r\n\r\n")
    assert response.headers == {"transfer-encoding": "chunked", "x-a": "b"}


def test_any_status_is_an_answer() -> None:
    assert one_answer(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n").status == 503


def test_a_request_is_sent_with_its_headers_and_whole_body() -> None:
    async def scenario(client: Client, requests: list[bytes]) -> None:
        for size in (3, 300_000):
            await client.request("POST", "/invocations", [("Accept", "text/csv")], b"x" * size)
            head, _, body = requests[-1].partition(b"\r\n\r\n")
            assert head.startswith(b"POST /invocations HTTP/1.1\r\nHost: 127.0.0.1:")
            assert b"\r\nAccept: text/csv" in head
            assert body == b"x" * size

    with_server([b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"] * 2, scenario)


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (b"nonsense\r\n\r\n", HttpError, "not HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", HttpError, "not HTTP"),
        (
            b"HTTP/1.1 101 On\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
            HttpError,
            "switches to another protocol",
        ),
        (b"HTTP/1.1 200 OK\r\nX-A: " + b"x" * 1_000_000, HttpError, "headers are larger than 65536"),
        (b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 100_000, HttpError, "headers are larger than 65536"),
        (b"", AnswerTimeoutError, r"no answer within 0\.2 s"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", AnswerTimeoutError, "no answer within"),
        (None, ConnectionClosedError, "closed before"),
    ],
)
def test_what_is_no_answer_says_why(answer: bytes | None, error: type[HttpError], message: str) -> None:
    async def scenario(client: Client, _: list[bytes]) -> None:
        with pytest.raises(error, match=message):
            await client.request("POST", "/invocations", timeout=0.2)

    with_server([answer], scenario)


def test_an_answer_beyond_the_limit_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "LARGEST_ANSWER", 1000)
    with pytest.raises(HttpError, match="larger than 1000 bytes"):
        one_answer(b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", bytes(1001))


def test_nobody_listening_is_told_apart_from_a_lost_answer() -> None:
    async def scenario(client: Client, _: list[bytes]) -> None:
        # Port 1 of the loopback is reserved, and nothing listens there.
        with pytest.raises(ConnectError, match="no connection"):
            await Client(1).request("GET", "/ping")

    with_server([], scenario)


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_a_connection_that_is_closed_before_its_request_is_told_from_a_lost_answer(
    run: Callable[[Awaitable[None]], None],
) -> None:
    async def main() -> None:
        closed = asyncio.Event()

        async def close(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.transport.abort()

        class Late(Client):
            """One whose task gets its turn when the server has already closed the connection."""

            async def _connect(self) -> http_client._Connection:
                connection = await super()._connect()
                while connection.is_open:
                    await asyncio.sleep(0)
                closed.set()
                return connection

        server = await asyncio.start_server(close, "127.0.0.1", 0)
        client = Late(server.sockets[0].getsockname()[1])
        with pytest.raises(ConnectError, match="closed before the request was sent"):
            await client.request("POST", "/invocations", body=b"1")
        assert closed.is_set()
        server.close()

    run(main())


def test_a_loop_that_was_busy_meanwhile_has_not_waited_for_the_server() -> None:
    async def scenario(client: Client, requests: list[bytes]) -> None:
        asked = asyncio.ensure_future(client.request("POST", "/invocations"))
        await asyncio.sleep(0)
        time.sleep(2 * http_client.CONNECT_TIMEOUT)
        assert (await asked).body == b"ok"
        assert len(requests) == 1

    with_server([OK], scenario)


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def test_a_connection_that_was_closed_while_idle_is_replaced_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "SHORTEST_IDLE_CLOSE", 0.0)

    async def scenario(client: Client, requests: list[bytes]) -> None:
        await client.request("POST", "/invocations")
        assert (await client.request("POST", "/invocations")).body == b"ok"
        assert len(requests) == 3

    with_server([OK, None, OK], scenario)


def test_a_request_on_a_busy_connection_is_never_sent_twice() -> None:
    async def scenario(client: Client, requests: list[bytes]) -> None:
        await client.request("POST", "/invocations")
        with pytest.raises(ConnectionClosedError):
            await client.request("POST", "/invocations")
        assert len(requests) == 2

    with_server([OK, None, OK], scenario)


def test_what_follows_an_answer_is_not_the_next_requests_answer() -> None:
    async def scenario(client: Client, requests: list[bytes]) -> None:
        first = await client.request("POST", "/invocations")
        assert (first.body, first.headers) == (b"ok", {"content-length": "2"})
        assert (await client.request("POST", "/invocations")).status == 204

    with_server([OK + OK.replace(b"200", b"500"), b"HTTP/1.1 204 Nothing\r\n\r\n"], scenario)


def test_a_late_answer_is_never_taken_for_the_next_requests() -> None:
    async def scenario(client: Client, requests: list[bytes]) -> None:
        with pytest.raises(AnswerTimeoutError):
            await client.request("POST", "/invocations", timeout=0.1)
        assert (await client.request("POST", "/invocations")).body == b"ok"

    with_server([b"HTTP/1.1 200 OK\r\n", OK], scenario)
