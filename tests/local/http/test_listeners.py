"""What the listeners of this machine do with requests as no client library would send them."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httptools
import pytest
import uvloop
from patience import PATIENCE
from wire import read_to_the_end

from containers.script_mode.toolkit import strict_http
from local.http.listener import bind, listening

LARGEST_HEAD = 10_240
HOST = b"Host: h\r\n"


class Echo:
    """Answers with the request as it was when its body had been read; /held waits until it is let go."""

    def __init__(self) -> None:
        self.let_go = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message["body"]
            more = message["more_body"]
        if scope["path"] == "/held":
            await self.let_go.wait()
        names = [(name.decode(), value.decode("latin-1")) for name, value in scope["headers"]]
        said = {"path": scope["path"], "headers": names, "body": body.decode("latin-1")[:100]}
        content = json.dumps({**said, "size": len(body)}).encode()
        head = [(b"content-length", b"%d" % len(content))]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": content})


@dataclass
class Listener:
    """A server in a thread of its own."""

    port: int
    loop: asyncio.AbstractEventLoop
    echo: Echo

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def let_go(self) -> None:
        self.loop.call_soon_threadsafe(self.echo.let_go.set)


@pytest.fixture
def listener() -> Iterator[Listener]:
    ready, loop = threading.Event(), uvloop.new_event_loop()
    found: list[Listener] = []
    stop = asyncio.Event()

    async def serve() -> None:
        with bind(0) as own:
            echo = Echo()
            async with listening(echo, own, largest_head=LARGEST_HEAD):
                found.append(Listener(own.getsockname()[1], loop, echo))
                ready.set()
                await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert ready.wait(PATIENCE)
    yield found[0]
    loop.call_soon_threadsafe(found[0].echo.let_go.set)
    loop.call_soon_threadsafe(stop.set)
    thread.join(PATIENCE)
    loop.close()


class Answers:
    """The answers on a connection, in their order."""

    def __init__(self, data: bytes) -> None:
        self.statuses: list[int] = []
        self.bodies: list[bytes] = []
        self.parser = httptools.HttpResponseParser(self)
        self.parser.feed_data(data)

    def on_headers_complete(self) -> None:
        self.statuses.append(self.parser.get_status_code())
        self.bodies.append(b"")

    def on_body(self, piece: bytes) -> None:
        self.bodies[-1] += piece

    @property
    def documents(self) -> list[Mapping[str, Any]]:
        return [json.loads(body) for body in self.bodies]


def exchange(listener: Listener, *pieces: bytes) -> Answers:
    """Everything that is said to these bytes until the server ends the connection."""
    with listener.connect() as connection:
        for piece in pieces:
            try:
                connection.sendall(piece)
            except ConnectionError:
                break  # refused before its end
        return Answers(read_to_the_end(connection))


LAST = b"GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n"

REFUSED = {
    "no Host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "two Hosts": (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    "the same Host twice": (b"GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", 400),
    "two Hosts in one": (b"GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400),
    "an empty Host": (b"GET / HTTP/1.1\r\nHost:\r\n\r\n", 400),
    "a Host with a path": (b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
    "two Hosts in HTTP/1.0": (b"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    "a length and chunks": (
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n" + CHUNKED[25:] + b"\r\n",
        400,
    ),
    "chunks and a length": (CHUNKED + b"Content-Length: 3\r\n\r\n0\r\n\r\n", 400),
    "two lengths": (b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400),
    "one length twice": (
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        400,
    ),
    "a list of lengths": (b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3, 3\r\n\r\nabc", 400),
    "a length below zero": (b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -3\r\n\r\nabc", 400),
    "a length with a sign": (b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +3\r\n\r\nabc", 400),
    "a length beyond all": (b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + b"9" * 30 + b"\r\n\r\n", 400),
    "gzip": (b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
    "gzip in chunks": (b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501),
    "identity": (b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity\r\n\r\n", 501),
    "chunks twice": (CHUNKED + b"Transfer-Encoding: chunked\r\n\r\n", 400),
    "chunks in HTTP/1.0": (b"POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "a chunk below zero": (CHUNKED + b"\r\n-1\r\na\r\n0\r\n\r\n", 400),
    "a chunk beyond all": (CHUNKED + b"\r\n" + b"f" * 17 + b"\r\n", 400),
    "a length as a trailer": (CHUNKED + b"\r\n0\r\nContent-Length: 3\r\n\r\n", 400),
    "a space before the colon": (b"GET / HTTP/1.1\r\nHost : h\r\n\r\n", 400),
    "a folded header": (b"GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n", 400),
    "a NUL in a header": (b"GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n", 400),
    "bare line feeds": (b"GET / HTTP/1.1\nHost: h\n\n", 400),
    "HTTP/2.0": (b"GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505),
    "HTTP/0.9": (b"GET /\r\n\r\n", 505),
    "the preface of HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    "CONNECT": (b"CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n", 501),
    "no path": (b"GET http://h HTTP/1.1\r\nHost: h\r\n\r\n", 400),
    "one large header": (b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"x" * LARGEST_HEAD + b"\r\n\r\n", 431),
    "many headers": (b"GET / HTTP/1.1\r\nHost: h\r\n" + b"X: 12345678\r\n" * 1300 + b"\r\n", 431),
    "a large path": (b"GET /" + b"x" * LARGEST_HEAD + b" HTTP/1.1\r\nHost: h\r\n\r\n", 431),
    "a large header without end": (b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"x" * (1 << 20), 431),
    "a large name without end": (b"GET / HTTP/1.1\r\nHost: h\r\n" + b"x" * (1 << 20), 431),
    "large trailers": (CHUNKED + b"\r\n0\r\nX: " + b"x" * (1 << 20), 431),
    "empty lines without end": (b"\r\n" * (1 << 19), 431),
}


@pytest.mark.parametrize("request_and_status", REFUSED.values(), ids=REFUSED)
def test_what_is_ambiguous_or_too_large_is_refused(
    listener: Listener, request_and_status: tuple[bytes, int]
) -> None:
    request, status = request_and_status
    answers = exchange(listener, request)
    assert answers.statuses == [status]
    assert set(answers.documents[0]) == {"message"}


@pytest.mark.parametrize("request_and_status", REFUSED.values(), ids=REFUSED)
def test_a_request_before_one_that_is_refused_gets_its_own_answer(
    listener: Listener, request_and_status: tuple[bytes, int]
) -> None:
    request, status = request_and_status
    with listener.connect() as connection:
        # What the sockets' buffers hold: a request that waits for the one before it is not read on.
        connection.sendall(b"GET /held HTTP/1.1\r\nHost: h\r\n\r\n" + request[:60_000])
        listener.let_go()
        answers = Answers(read_to_the_end(connection))
    assert answers.statuses == [200, status]
    assert answers.documents[0]["path"] == "/held"


TAKEN = {
    "headers up to the limit": b"GET /a HTTP/1.1\r\nHost: h\r\nX: "
    + b"x" * (LARGEST_HEAD - 100)
    + b"\r\n\r\n",
    "HTTP/1.0 without Host": b"GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "a Host with a port": b"GET /a HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
    "empty lines before": b"\r\n\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n",
    "an absolute address": b"GET http://h/a HTTP/1.1\r\nHost: h\r\n\r\n",
    "a chunk's extension": CHUNKED.replace(b"/", b"/a", 1) + b"\r\n1;x=y\r\na\r\n0\r\n\r\n",
    "chunks in capitals": b"POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("request_", TAKEN.values(), ids=TAKEN)
def test_what_is_unusual_and_clear_is_taken(listener: Listener, request_: bytes) -> None:
    # Behind HTTP/1.0 the connection ends: what is sent then is not read, and the answer may be lost with it.
    rest = [] if b"HTTP/1.0" in request_ else [LAST]
    answers = exchange(listener, request_, *rest)
    assert answers.statuses[0] == 200
    assert answers.documents[0]["path"] == "/a"


UPGRADES = {
    "h2c": b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n",
    "websocket": b"Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
    "TLS": b"Upgrade: TLS/1.0\r\nConnection: upgrade\r\n",
    "several": b"Connection: Upgrade\r\nUpgrade: h2c\r\nUpgrade: websocket\r\n",
    "without Connection": b"Upgrade: h2c\r\n",
    "without Upgrade": b"Connection: Upgrade\r\n",
}
BODIES = {
    "none": (b"\r\n", ""),
    "a length": (b"Content-Length: 3\r\n\r\nabc", "abc"),
    "chunks": (b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", "abc"),
}


@pytest.mark.parametrize("upgrade", UPGRADES.values(), ids=UPGRADES)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("bytewise", [False, True], ids=["at once", "byte by byte"])
def test_an_upgrade_is_ignored_and_takes_nothing_with_it(
    listener: Listener, upgrade: bytes, body: tuple[bytes, str], bytewise: bool
) -> None:
    sent, text = body
    request = b"POST /first HTTP/1.1\r\nHost: h\r\nX-One: 1\r\n" + upgrade + sent
    pieces = [bytes([byte]) for byte in request + request] if bytewise else [request + request]
    answers = exchange(listener, *pieces, LAST)
    assert answers.statuses == [200, 200, 200]
    assert [one["path"] for one in answers.documents] == ["/first", "/first", "/last"]
    for one in answers.documents[:2]:
        assert one["body"] == text
        assert ["x-one", "1"] in one["headers"]


def test_a_hundred_upgrades_at_once_are_answered_one_by_one(listener: Listener) -> None:
    request = b"GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    assert exchange(listener, request * 100 + LAST).statuses == [200] * 101


@pytest.mark.parametrize("trailer", ["Host: other", "Content-Type: text/html", "X-Amz-Date: now", "X-One: 2"])
def test_trailers_are_no_headers(listener: Listener, trailer: str) -> None:
    head = CHUNKED + b"Content-Type: text/csv\r\nX-One: 1\r\n\r\n"
    answers = exchange(listener, head + b"1\r\na\r\n0\r\n" + trailer.encode() + b"\r\n\r\n", LAST)
    assert answers.statuses == [200, 200]
    [first, _] = answers.documents
    assert first["headers"] == [
        ["host", "h"],
        ["transfer-encoding", "chunked"],
        ["content-type", "text/csv"],
        ["x-one", "1"],
    ]


def test_large_bodies_arrive_whole(listener: Listener) -> None:
    size = 3_000_000
    request = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % size
    answers = exchange(listener, request + b"x" * size + LAST)
    assert [one["size"] for one in answers.documents] == [size, 0]


def test_hundreds_of_endless_headers_keep_nobody_waiting(listener: Listener) -> None:
    hostile = [listener.connect() for _ in range(100)]
    for one in hostile:
        one.sendall(b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"x" * LARGEST_HEAD)
    assert exchange(listener, LAST).statuses == [200]
    for one in hostile:
        one.close()


PARTS = {
    "a head": b"POST / HTTP/1.1\r\nHost: h\r\nX-Slow: ",
    "a head after a request": b"GET / HTTP/1.1\r\nHost: h\r\n\r\nGET / HT",
    "a body": b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc",
    "a chunk": CHUNKED + b"\r\n9\r\nabc",
    "a trailer": CHUNKED + b"\r\n0\r\nX-Slow: ",
    "the body of an Upgrade": (
        b"POST / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 9\r\n\r\nabc"
    ),
    "nothing": b"",
}


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
def test_what_stays_incomplete_is_disconnected(
    listener: Listener, monkeypatch: pytest.MonkeyPatch, part: bytes
) -> None:
    monkeypatch.setattr(strict_http, "HEAD_SECONDS", 0.1)
    monkeypatch.setattr(strict_http, "BODY_SECONDS", 0.1)
    with listener.connect() as connection:
        connection.sendall(part)
        read_to_the_end(connection)  # ends, or times out


def test_a_body_that_comes_drop_by_drop_has_its_deadline_too(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strict_http, "BODY_SECONDS", 0.1)
    with listener.connect() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n")
        connection.settimeout(0.01)
        ended = False
        for _ in range(3000):
            try:
                connection.sendall(b"x")
                ended = connection.recv(1) == b""
            except TimeoutError:
                continue
            except ConnectionError:
                ended = True
            break
        assert ended


def test_the_next_request_s_deadline_does_not_cost_the_answer_before_it(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = threading.Event()
    was_late = strict_http.StrictProtocol._late

    def note(protocol: strict_http.StrictProtocol) -> None:
        was_late(protocol)
        late.set()

    monkeypatch.setattr(strict_http.StrictProtocol, "_late", note)
    monkeypatch.setattr(strict_http, "HEAD_SECONDS", 0.05)
    with listener.connect() as connection:
        connection.sendall(b"GET /held HTTP/1.1\r\nHost: h\r\n\r\nGET /next HT")
        assert late.wait(PATIENCE)
        listener.let_go()
        answers = Answers(read_to_the_end(connection))
    assert [one["path"] for one in answers.documents] == ["/held"]
