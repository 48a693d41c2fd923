"""A server that answers as SageMaker Runtime does, with replies written by a test."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One answer; `missing` bytes of the body are announced but not sent; a `held` one never comes."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    missing: int = 0
    held: bool = False


def error(status: int, code: str, **members: object) -> Reply:
    """An error in the runtime's REST JSON protocol."""
    body = json.dumps({"Code": code, "Message": "SECRET", "message": "SECRET", **members}).encode()
    return Reply(status=status, body=body)


@dataclass
class RuntimeStub:
    """What the server is to reply, the last reply again and again, and what it was asked."""

    url: str
    replies: Sequence[Reply] = ()
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)


@contextmanager
def running() -> Iterator[RuntimeStub]:
    """A server on a free port, for the length of the block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            stub.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            reply = stub.replies[min(len(stub.requests), len(stub.replies)) - 1]
            if reply.held:
                stub.released.wait()
                self.close_connection = True
                return
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body) + reply.missing))
            if reply.status >= 400:
                self.send_header("x-amzn-ErrorType", json.loads(reply.body)["Code"])
            self.end_headers()
            self.wfile.write(reply.body)
            self.close_connection = reply.missing > 0

        def log_message(self, format: str, *args: object) -> None:
            """Silent: pytest's output is for failures."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stub = RuntimeStub(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        stub.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
