"""Runs a Lambda function's handler, one event after the other. A program of its own, not a module.

Arguments: the descriptor of a connected socket, the function's folder, its handler. Either side sends a
message as four bytes of its length, big-endian, and JSON. The program says `{"ready": true}` when the
handler is imported; then each `{"event": ..., "context": ...}` is answered by `{"result": ...}` or
`{"error": ...}`, until the other side closes.
"""

import importlib
import json
import socket
import struct
import sys
import time
import traceback
from typing import Any, BinaryIO, cast

# What a synchronous invocation may answer, in bytes.
LARGEST_ANSWER = 6_291_556


class Context:
    """The context object that Lambda passes with the event."""

    function_version = "$LATEST"
    identity = None
    client_context = None

    def __init__(self, given: dict[str, Any]) -> None:
        self.aws_request_id: str = given["request_id"]
        self.function_name: str = given["function_name"]
        self.invoked_function_arn: str = given["function_arn"]
        self.memory_limit_in_mb = str(given["memory_mb"])
        self.log_group_name: str = given["log_group"]
        self.log_stream_name: str = given["log_stream"]
        self._ends = time.monotonic() + given["timeout"]

    def get_remaining_time_in_millis(self) -> int:
        """The remaining time of the invocation."""
        return max(0, int((self._ends - time.monotonic()) * 1000))


def main(descriptor: str, folder: str, handler: str) -> None:
    # Behind this Python's packages: the folder's own are for the platform of the deployed function.
    sys.path.append(folder)
    module, _, name = handler.replace("/", ".").rpartition(".")
    handle = getattr(importlib.import_module(module), name)
    with (
        socket.socket(fileno=int(descriptor)) as connection,
        cast(BinaryIO, connection.makefile("rwb")) as stream,
    ):
        _write(stream, {"ready": True})
        while (message := _read(stream)) is not None:
            _write(stream, _answer(handle, message))


def _answer(handle: Any, message: dict[str, Any]) -> dict[str, Any]:
    try:
        result = handle(message["event"], Context(message["context"]))
        if len(json.dumps(result)) > LARGEST_ANSWER:
            return {"error": "Function.ResponseSizeTooLarge"}
    except Exception as error:
        traceback.print_exc()
        return {"error": type(error).__name__}
    return {"result": result}


def _read(stream: BinaryIO) -> dict[str, Any] | None:
    head = stream.read(4)
    if len(head) < 4:
        return None
    content: dict[str, Any] = json.loads(stream.read(struct.unpack(">I", head)[0]))
    return content


def _write(stream: BinaryIO, content: dict[str, Any]) -> None:
    encoded = json.dumps(content).encode()
    stream.write(struct.pack(">I", len(encoded)) + encoded)
    stream.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
