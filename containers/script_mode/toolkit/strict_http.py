"""uvicorn's HTTP/1.1 protocol, strict and bounded, for callers that are unlucky or hostile.

llhttp, the parser beneath, refuses conflicting lengths and malformed lines, but holds any amount of headers,
leaves the body to whatever `Upgrade` names, and hands over trailers as if they were headers.
"""

import asyncio
import json
import re
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

LARGEST_HEAD = 16 * 1024
# Who sends a byte now and then holds a connection for no longer.
HEAD_SECONDS = 20.0
# Longer than what applications wait for, as they can say why.
BODY_SECONDS = 75.0
# A refused caller may still be sending: a connection that closed at once would take the answer from it.
LINGER_SECONDS = 2.0

_HOST = re.compile(rb"[A-Za-z0-9._~%!$&'()*+;=:\[\]-]+")


class RequestRefused(Exception):
    """Ends the parser's work on a connection; the status and the reason are sent."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class StrictProtocol(HttpToolsProtocol):
    """Give it to uvicorn as `http`.

    Refused, which ends the connection: request lines and header values of more than `largest_head` bytes in
    all (431), another version than HTTP/1.1 and 1.0 (505), transfer codings other than chunked (501), a Host
    that is missing, repeated or malformed, and what llhttp refuses (400). Requests before it on the same
    connection are answered first. An `Upgrade` is ignored, trailers are dropped, and a request that stays
    incomplete for too long is disconnected.
    """

    def __init__(self, *arguments: Any, largest_head: int = LARGEST_HEAD, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._largest_head = largest_head
        self._in_head = True
        self._between = False
        self._declined = False
        self._messages = 0
        self._size = 0
        self._hosts = 0
        self._host = b""
        self._names: list[bytes] = []
        self._idle_bytes = 0
        self._progress = False
        self._refusal: RequestRefused | None = None
        self._refused = False
        self._last_answer: bytes | None = None
        self._running: RequestResponseCycle | None = None
        self._awaited: tuple[int, bool] | None = None
        self._deadline: asyncio.TimerHandle | None = None

    # A server's transport is always one that writes, as uvicorn has it; asyncio's base class says less.
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_watching()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        while data and not self._refused:
            # In pieces while a head comes: the parser keeps an incomplete header for itself.
            piece = data[: self._largest_head] if self._in_head else data
            data = data[len(piece) :]
            self._progress = False
            self._feed(piece)
            self._idle_bytes = 0 if self._progress else self._idle_bytes + len(piece)
            if self._idle_bytes > self._largest_head and not self._refused:
                self._refusal = self._too_large()
                self.send_400_response("")
        if not self._refused:
            self._watch()

    def _feed(self, data: bytes) -> None:
        while True:
            try:
                self.parser.feed_data(data)
                return
            except httptools.HttpParserUpgrade as upgrade:
                # What the parser leaves to another protocol is this request's body, and what follows it.
                data = self._head_without_upgrade() + data[upgrade.args[0] :]
                self.parser = httptools.HttpRequestParser(self)
                self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
            except httptools.HttpParserCallbackError:
                self.send_400_response("The request is malformed.")
                return
            except httptools.HttpParserError as error:
                self.send_400_response(str(error))
                return

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._names = []
        # ASGI has lower-case names; who passes a request on may want them as they were sent.
        self.scope["header_names"] = self._names  # type: ignore[typeddict-unknown-key]
        self._unset_keepalive_if_required()
        self._in_head, self._between, self._declined, self._progress = True, False, False, True
        self._messages += 1
        self._size = self._hosts = 0

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._count(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._in_head:  # a trailer, which must not pass for a header
            return
        self._count(len(value))
        self._names.append(name)
        name = name.lower()
        if name == b"host":
            self._hosts += 1
            self._host = value
        elif name == b"transfer-encoding" and value.lower() != b"chunked":
            self._refuse(501, "The only transfer coding that is taken is chunked.")
        elif name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        self._in_head, self._progress = False, True
        self._unset_keepalive_if_required()
        version = self.parser.get_http_version()
        if version not in ("1.0", "1.1"):
            self._refuse(505, "The server speaks HTTP/1.1.")
        if self._hosts > 1 or (self._hosts == 0 and version == "1.1"):
            self._refuse(400, f"A request has one Host header, not {self._hosts}.")
        if self._hosts and not _HOST.fullmatch(self._host):
            self._refuse(400, "The Host header is malformed.")
        if version == "1.0" and any(name == b"transfer-encoding" for name, _ in self.headers):
            self._refuse(400, "HTTP/1.0 has no transfer codings.")
        if self.parser.get_method() == b"CONNECT":
            self._refuse(501, "CONNECT is not taken.")
        if self.parser.should_upgrade():
            self._declined = True
            return
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._progress = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_head = self._between = self._progress = True
        if not self._declined:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._last_answer is not None and not self._answer_due() and not self.transport.is_closing():
            self._end(self._last_answer)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is being read, once the requests before it are answered."""
        refusal = self._refusal or RequestRefused(400, msg)
        self.logger.warning("refused a request: %s", refusal.reason)
        self._refused = True
        content = json.dumps({"message": refusal.reason}).encode()
        head = b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
        answer = STATUS_LINE[refusal.status] + head % len(content) + content
        if self._answer_due():
            if self.pipeline and self.pipeline[0][0].more_body:
                self.pipeline.popleft()
            self._last_answer = answer
            return
        if self._running is not None and not self._running.response_complete:
            self._running.disconnected = True
            self._running.message_event.set()
        self._end(answer)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def _answer_due(self) -> bool:
        """Whether a complete request is waiting for its response."""
        running = self._running
        return running is not None and not running.response_complete and not running.more_body

    def _end(self, answer: bytes) -> None:
        self._stop_watching()
        self._unset_keepalive_if_required()
        self.flow.resume_reading()
        self.transport.write(answer)
        self.transport.write_eof()
        self._deadline = self.loop.call_later(LINGER_SECONDS, self.transport.close)

    def _refuse(self, status: int, reason: str) -> None:
        # An exception reaches the caller of the parser only as a sign that a callback failed.
        self._refusal = RequestRefused(status, reason)
        raise self._refusal

    def _too_large(self) -> RequestRefused:
        return RequestRefused(431, f"The request's headers are larger than {self._largest_head} bytes.")

    def _count(self, size: int) -> None:
        self._size += size
        if self._size > self._largest_head:
            self._refusal = self._too_large()
            raise self._refusal

    def _head_without_upgrade(self) -> bytes:
        version = self.parser.get_http_version().encode()
        lines = [self.parser.get_method() + b" " + self.url + b" HTTP/" + version]
        for name, (lower, value) in zip(self._names, self.headers, strict=True):
            if lower == b"connection":
                left = [one for one in value.split(b",") if one.strip().lower() != b"upgrade"]
                lines.append(name + b": " + b",".join(left))
            elif lower != b"upgrade":
                lines.append(name + b": " + value)
        return b"\r\n".join(lines) + b"\r\n\r\n"

    def _watch(self) -> None:
        """Set the time for what the caller is sending, unless it is set."""
        awaited = None if self._between else (self._messages, self._in_head)
        if awaited != self._awaited:
            self._stop_watching()
            self._awaited = awaited
            if awaited is not None:
                seconds = HEAD_SECONDS if self._in_head else BODY_SECONDS
                self._deadline = self.loop.call_later(seconds, self._late)

    def _late(self) -> None:
        if self._answer_due() or self.flow.read_paused:
            # Not the caller but the server has let the time pass.
            self._awaited = None
            self._watch()
        else:
            self.transport.close()

    def _stop_watching(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
