"""The control socket of a running `serve`, in its folder, which only its user may open.

A request is a line of JSON; lines of JSON come back: notes, then how it ended. Each serve answers
`{"process": true}` by the number of its process.
"""

import asyncio
import json
import os
import socket
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from assembly.errors import SlipwayError
from local.terminal.printed import slipway

Note = Callable[[str], None]
# Does what a request asks for; raises SlipwayError when it cannot be done.
Handler = Callable[[Mapping[str, Any], Note], Awaitable[None]]

ANSWER_SECONDS = 5.0
_NAME = "serve.sock"
_LONGEST_LINE = 1 << 16
_PRIVATE = 0o177


@asynccontextmanager
async def listening(folder: Path, handler: Handler) -> AsyncIterator[None]:
    """Take requests during the block; those that are under way at its end are cancelled."""
    path = folder / _NAME
    under_way: set[asyncio.Task[None]] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a handler runs in a task
        under_way.add(task)
        try:
            await _answer(handler, reader, writer)
        finally:
            under_way.discard(task)
            writer.close()

    server = await asyncio.start_unix_server(answer, sock=_bound(path), limit=_LONGEST_LINE)
    try:
        yield
    finally:
        server.close()
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        path.unlink(missing_ok=True)


def serving_process(folder: Path) -> int:
    """The process that serves from a folder, once it has answered.

    Raises SlipwayError when there is none, as after one that was killed, and when it does not answer.
    """
    said: list[str] = []
    try:
        ask(folder, {"process": True}, said.append, ANSWER_SECONDS)
        return int(said[0])
    except TimeoutError:
        raise SlipwayError(
            f"the serve whose socket is {folder / _NAME} has not answered for {ANSWER_SECONDS:g} s; stop it, "
            f"and start it again with: {slipway('serve')}"
        ) from None
    except (IndexError, ValueError):
        raise _strange(folder) from None


def ask(folder: Path, request: Mapping[str, Any], note: Note, seconds: float | None = None) -> None:
    """Ask the `serve` of a folder for something; returns when it is done, `note` is told how it goes.

    Raises SlipwayError when nothing is served there, and when the request fails or is not answered;
    TimeoutError when nothing is said for so many seconds.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(seconds)
        try:
            connection.connect(_address(folder))
        except BlockingIOError:  # stopped, with a full queue of those who ask
            raise TimeoutError from None
        except TimeoutError:
            raise
        except OSError:
            raise SlipwayError(f"no endpoint is being served; start it with: {slipway('serve')}") from None
        try:
            connection.sendall(json.dumps(request).encode() + b"\n")
            with connection.makefile("r", encoding="utf-8") as lines:
                for line in lines:
                    message = json.loads(line)
                    if "error" in message:
                        raise SlipwayError(message["error"])
                    if "done" in message:
                        return
                    note(message["note"])
        except (ConnectionError, ValueError, TypeError, KeyError):
            raise _strange(folder) from None
    raise SlipwayError("serve ended before the command was complete")


def _strange(folder: Path) -> SlipwayError:
    return SlipwayError(
        f"what listens at {folder / _NAME} is not serve, or ended before the command was complete"
    )


def _address(folder: Path) -> str:
    # A socket's path has at most 107 characters.
    return min(str(folder / _NAME), os.path.relpath(folder / _NAME), key=len)


async def _answer(handler: Handler, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    def say(message: Mapping[str, Any]) -> None:
        # Whoever asked may be gone; what was asked for goes on.
        with suppress(ConnectionError):
            writer.write(json.dumps(message).encode() + b"\n")

    try:
        request = json.loads(await reader.readline())
        if request == {"process": True}:
            say({"note": str(os.getpid())})
        else:
            await handler(request, lambda text: say({"note": text}))
    except SlipwayError as error:
        say({"error": str(error)})
    except (ValueError, KeyError, TypeError) as error:
        say({"error": f"the request is malformed: {error!r}"})
    except Exception:
        traceback.print_exc()
        say({"error": "the runner failed; its own log says where"})
    else:
        say({"done": True})
    with suppress(ConnectionError):
        await writer.drain()


def _bound(path: Path) -> socket.socket:
    """A socket that nobody else may open, from its first moment on."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(_PRIVATE)
    try:
        # Relative where the folder is: a socket's path has at most 107 characters.
        listener.bind(str(path))
    finally:
        os.umask(before)
    return listener
