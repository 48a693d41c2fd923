"""How a program of Slipway's ends, whatever happens: with an exit code, and one line that says what to do."""

import errno
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import TextIO

from assembly.errors import SlipwayError


def ended(main: Callable[[], int]) -> int:
    """The exit code of a program, its output written: what `main` returns, 1 for an error, 2 for wrong usage,
    130 for Ctrl-C. An error is one line on standard error; a reader that has gone needs none."""
    _open_standard_streams()
    try:
        try:
            code = main()
        finally:
            sys.stdout.flush()
    except SlipwayError as error:
        return _failed(str(error), error.exit_code)
    except BrokenPipeError:
        _discard(sys.stdout)
        return 128 + signal.SIGPIPE
    except OSError as error:
        return _failed(_said(error), 1)
    except UnicodeError as error:
        return _failed(f"{error}; give arguments and files in UTF-8", 1)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return code


def stop(signal_number: int, frame: FrameType | None) -> None:
    """End the program for a signal by an exception, so that everything under way is undone on the way out."""
    raise SystemExit(128 + signal_number)


def _open_standard_streams() -> None:
    """Streams that the caller has closed lead nowhere; names that are not UTF-8 can be printed."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # Open as long as the process is; `os.devnull` is a name, not a Path.
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _failed(text: str, code: int) -> int:
    with suppress(OSError):
        print(f"error: {text}", file=sys.stderr, flush=True)
    # What could not be written now is not tried again while Python ends.
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            _discard(stream)
    return code


def _said(error: OSError) -> str:
    reason = error.strerror or str(error) or type(error).__name__
    if error.errno == errno.ENOSPC:
        reason = f"{reason}; make room, then try again"
    elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        reason = f"{reason}; check who owns it and who may read and write it"
    place = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else error.filename
    return f"{'a file or standard output' if place is None else place}: {reason}"


def _discard(stream: TextIO) -> None:
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
