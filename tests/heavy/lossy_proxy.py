"""Stands between a client and an API: writes down what is called, and loses answers on request."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_OF_THE_CONNECTION = {"connection", "content-length", "transfer-encoding", "keep-alive"}


@dataclass(frozen=True)
class Call:
    """One request: `action` as IAM knows it, and its path and body."""

    action: str
    path: str
    body: str


@dataclass
class LossyProxy:
    """`calls` are those that came, in their order. The answers to the next `losses` calls of `lost` become
    errors: the work has been done by then."""

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    lost: str = ""
    losses: int = 0

    def __post_init__(self) -> None:
        self.lock = threading.Lock()

    def loses(self, action: str) -> bool:
        with self.lock:
            if action != self.lost or self.losses == 0:
                return False
            self.losses -= 1
            return True


@contextmanager
def lossy_proxy(target: str) -> Iterator[LossyProxy]:
    """A proxy before the API at the address `target`."""
    proxy = LossyProxy()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
            action = f"sagemaker:{operation}" if operation else f"s3:{self.command.capitalize()}Object"
            proxy.calls.append(Call(action, self.path, body.decode()))
            connection = http.client.HTTPConnection(target.removeprefix("http://"))
            connection.request(self.command, self.path, body, dict(self.headers.items()))
            answer = connection.getresponse()
            content, status = answer.read(), answer.status
            if proxy.loses(action):
                content, status = b"{}", 500
            self.send_response(status)
            for name, value in answer.getheaders():
                if name.lower() not in _OF_THE_CONNECTION:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            connection.close()

        do_GET = do_POST = do_HEAD = do_PUT = _pass

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    proxy.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
