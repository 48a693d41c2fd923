"""`invoke`: send a file or a row to an endpoint."""

import argparse
import http.client
import json
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from assembly.errors import SlipwayError, UsageError
from local.commands.options import Subparsers, add_command, example_of, header, in_help
from local.endpoint.chain import LARGEST_PAYLOAD
from local.serve import state_file
from local.storage.workspace import Workspace

_MEDIA_TYPES = {".csv": "text/csv", ".json": "application/json", ".jsonl": "application/jsonlines"}
_DEFAULT_MEDIA_TYPE = "text/csv"
# Longer than the containers of a chain may take together.
_TIMEOUT = 900
_DESCRIPTION = f"Send a request to an endpoint of `{in_help('serve')}` and print the answer."
_EPILOG = example_of("invoke churn rows.csv --accept application/json")


def add_parser(subparsers: Subparsers) -> None:
    parser = add_command(subparsers, __doc__, run, _DESCRIPTION, _EPILOG)
    parser.add_argument("endpoint", help="the workload, such as churn, or the endpoint's name")
    parser.add_argument("file", nargs="?", metavar="FILE", help="the request's body (-: standard input)")
    parser.add_argument("--row", help="the body as one line of text, in place of FILE")
    parser.add_argument(
        "--content-type",
        type=header,
        metavar="TYPE",
        help=f"the body's media type (default: by the file's suffix, else {_DEFAULT_MEDIA_TYPE})",
    )
    parser.add_argument("--accept", type=header, metavar="TYPE", help="the media type to ask for")


def run(arguments: argparse.Namespace) -> int:
    if (arguments.file is None) == (arguments.row is None):
        raise UsageError("expected either FILE or --row ROW")
    state = state_file.read(Workspace().root)
    endpoint = state.endpoint(arguments.endpoint)
    body = _body(arguments)
    if len(body) > LARGEST_PAYLOAD:
        raise UsageError(
            f"the body is larger than {LARGEST_PAYLOAD} bytes, the limit of a request: send it in parts"
        )
    headers = {"Content-Type": arguments.content_type or _media_type(arguments.file)}
    if arguments.accept:
        headers["Accept"] = arguments.accept
    sys.stdout.buffer.write(_send(state.url, endpoint.name, body, headers))
    sys.stdout.buffer.flush()
    return 0


def _body(arguments: argparse.Namespace) -> bytes:
    if arguments.row is not None:
        return os.fsencode(arguments.row) + b"\n"
    if arguments.file == "-":
        return sys.stdin.buffer.read(LARGEST_PAYLOAD + 1)
    try:
        with Path(arguments.file).open("rb") as file:
            return file.read(LARGEST_PAYLOAD + 1)
    except OSError as error:
        raise UsageError(f"{arguments.file}: {error.strerror}") from None


def _media_type(file: str | None) -> str:
    return _MEDIA_TYPES.get(Path(file or "").suffix.lower(), _DEFAULT_MEDIA_TYPE)


def _send(url: str, endpoint: str, body: bytes, headers: dict[str, str]) -> bytes:
    """The answer's body; raises SlipwayError for any but success."""
    # Not boto3, whose import alone takes longer than everything here.
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=_TIMEOUT)
    try:
        connection.request("POST", f"/endpoints/{endpoint}/invocations", body, headers)
        response = connection.getresponse()
        answer = response.read()
    except (OSError, http.client.HTTPException) as error:
        raise SlipwayError(f"{url} does not answer: {error}") from None
    finally:
        connection.close()
    if response.status != http.client.OK:
        code = response.headers.get("x-amzn-ErrorType", f"status {response.status}")
        raise SlipwayError(f"{code}: {_reason(answer)}")
    return answer


def _reason(answer: bytes) -> str:
    try:
        return str(json.loads(answer)["Message"])
    except (KeyError, TypeError, ValueError, RecursionError):
        return answer.decode("utf-8", "replace")
