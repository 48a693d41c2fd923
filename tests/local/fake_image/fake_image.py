"""A small image for tests: `python -m fake_image serve|train`.

What it does follows the variable BEHAVIOR; the functions below are the choices.
"""

import csv
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

BASE = Path(os.environ["SAGEMAKER_BASE_DIR"])
BEHAVIOR = os.environ.get("BEHAVIOR", "tag")
CSV = "text/csv; charset=utf-8"
Answer = tuple[int, str | None, bytes]


def tag(body: bytes, _: Mapping[str, str]) -> Answer:
    """Each line with this container's tag at its end."""
    mark = os.environ.get("TAG", "x").encode()
    return 200, CSV, b"".join(line + b"," + mark + b"\n" for line in body.splitlines())


def records(body: bytes, _: Mapping[str, str]) -> Answer:
    """As tag, for records of CSV as Python reads them: no blank lines, quoted line feeds whole."""
    rows = csv.reader(io.StringIO(body.decode("utf-8", "surrogateescape"), newline=""))
    answer = io.StringIO()
    for row in rows:
        if any(cell.strip() for cell in row):
            csv.writer(answer, lineterminator="\n").writerow([*row, os.environ.get("TAG", "x")])
    return 200, CSV, answer.getvalue().encode("utf-8", "surrogateescape")


def report(body: bytes, headers: Mapping[str, str]) -> Answer:
    """Appends what this container was sent to a file of its own, and passes the body on."""
    with (BASE / "requests.jsonl").open("a") as log:
        log.write(json.dumps({name.lower(): value for name, value in headers.items()}) + "\n")
    return 200, os.environ.get("CONTENT_TYPE"), body


def model(_: bytes, __: Mapping[str, str]) -> Answer:
    return 200, CSV, (BASE / "model" / "parameters.txt").read_bytes()


def another_life(body: bytes, headers: Mapping[str, str]) -> Answer:
    """As tag, with how often this container has been started."""
    status, content_type, answer = tag(body, headers)
    return status, content_type, answer.replace(b"\n", b",%d\n" % len((BASE / "starts").read_bytes()))


def refuse_bad(body: bytes, headers: Mapping[str, str]) -> Answer:
    if b"bad" in body:
        return 415, "text/plain", b'no "bad" rows here'
    return tag(body, headers)


def fail(_: bytes, __: Mapping[str, str]) -> Answer:
    return 500, "text/html", b"<h1>broken</h1>"


def drop_rows(body: bytes, headers: Mapping[str, str]) -> Answer:
    return tag(b"\n".join(body.splitlines()[1:]), headers)


def count_bytes(body: bytes, _: Mapping[str, str]) -> Answer:
    return 200, "text/plain", b"%d" % len(body)


def environment(_: bytes, __: Mapping[str, str]) -> Answer:
    return 200, "text/plain", "".join(f"{name}={value}\n" for name, value in os.environ.items()).encode()


def report_pid(_: bytes, __: Mapping[str, str]) -> Answer:
    return 200, "text/plain", b"%d" % os.getpid()


def fail_twice(body: bytes, headers: Mapping[str, str]) -> Answer:
    tries = BASE / "tries"
    tries.write_text(tries.read_text() + "x" if tries.exists() else "x")
    return tag(body, headers) if len(tries.read_text()) > 2 else fail(body, headers)


def slow(body: bytes, headers: Mapping[str, str]) -> Answer:
    time.sleep(float(os.environ.get("SECONDS", "30")))
    return tag(body, headers)


def hold(body: bytes, headers: Mapping[str, str]) -> Answer:
    """As tag, once there is a file `go`; `held` says that a request waits for it."""
    (BASE / "held").touch()
    while not (BASE / "go").exists():
        time.sleep(0.02)
    return tag(body, headers)


def slow_start(body: bytes, headers: Mapping[str, str]) -> Answer:
    time.sleep(0.05 if body.startswith(b"0") else 0)
    return tag(body, headers)


def die(_: bytes, __: Mapping[str, str]) -> Answer:
    os.kill(os.getpid(), signal.SIGKILL)
    return 200, None, b""


def flood(_: bytes, __: Mapping[str, str]) -> Answer:
    return 200, CSV, bytes(6_291_457)


ignore_sigterm = deafen = close_after_answer = tag
HALF_AN_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        if self.path == "/execution-parameters" and "EXECUTION_PARAMETERS" in os.environ:
            self._answer(200, "application/json", os.environ["EXECUTION_PARAMETERS"].encode())
        else:
            ready = self.path == "/ping" and BEHAVIOR != "never_ready"
            self._answer(200 if ready else 404, None, b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if BEHAVIOR in ("babble", "truncate"):
            self.wfile.write(b"hello\r\n\r\n" if BEHAVIOR == "babble" else HALF_AN_ANSWER)
            self.close_connection = True
            return
        self._answer(*globals()[BEHAVIOR](body, self.headers))
        if BEHAVIOR == "deafen":
            self.server.socket.shutdown(socket.SHUT_RDWR)

    def _answer(self, status: int, content_type: str | None, body: bytes) -> None:
        self.send_response(status)
        if content_type:
            self.send_header("Content-Type", content_type)
        if BEHAVIOR in ("deafen", "close_after_answer"):
            self.send_header("Connection", "close")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        print(format % args, file=sys.stderr)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    # A full queue makes the kernel repeat its handshake after a second, long after the chain gave up.
    request_queue_size = 128


def serve() -> None:
    if BEHAVIOR == "crash_at_start":
        sys.exit("the model cannot be read")
    if BEHAVIOR == "ignore_sigterm":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    (BASE / "pid").write_text(str(os.getpid()))
    with (BASE / "starts").open("ab") as starts:
        starts.write(b"x")
    address = ("127.0.0.1", int(os.environ["SAGEMAKER_BIND_TO_PORT"]))
    Server(address, Handler).serve_forever()


def train() -> None:
    print("training", flush=True)
    if BEHAVIOR == "fail":
        (BASE / "output" / "failure").write_text("eta 7 is not in [0, 1]" + " " * 2000)
        sys.exit(1)
    if BEHAVIOR == "fail_silently":
        sys.exit(7)
    if BEHAVIOR.startswith("leave_a_child"):
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
        (BASE / "child").write_text(str(child.pid))
    if BEHAVIOR.endswith("hang"):
        (BASE / "own").write_text(str(os.getpid()))
        (BASE / "started").touch()
        time.sleep(300)
    (BASE / "model" / "environment.json").write_text(json.dumps(dict(os.environ)))


if __name__ == "__main__":
    {"serve": serve, "train": train}[sys.argv[1]]()
