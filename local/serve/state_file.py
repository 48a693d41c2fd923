"""The state that `serve` writes for other commands: `build/serve.json`, while it serves."""

import fcntl
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assembly.address import Address, chosen
from assembly.errors import SlipwayError
from local.serve import control
from local.terminal.printed import slipway

_STATE = "serve.json"


@dataclass(frozen=True)
class ServedContainer:
    """A container's process, at the time when it became ready."""

    name: str
    pid: int
    port: int
    log: str


@dataclass(frozen=True)
class ServedEndpoint:
    """An endpoint that answers under its name; commands may call it as its address says."""

    name: str
    variant: str
    containers: Sequence[ServedContainer]
    address: Address


@dataclass(frozen=True)
class ServedFunction:
    """A function's processes, at the time when the first one was ready, and their log."""

    name: str
    pids: Sequence[int]
    log: str


@dataclass(frozen=True)
class ServedApi:
    """An API's stage at `url`, which commands may call as its address says; `curl` is a command line that
    calls it, if a stack exports an example."""

    name: str
    address: Address
    url: str
    access_log: str
    functions: Sequence[ServedFunction]
    curl: str | None


@dataclass(frozen=True)
class Served:
    """A runtime and the API of SageMaker at `url`, for the `region`, and APIs and the console at theirs, run
    by the process `pid`."""

    url: str
    pid: int
    region: str
    endpoints: Sequence[ServedEndpoint]
    apis: Sequence[ServedApi] = ()
    console: str | None = None

    def endpoint(self, wanted: str) -> ServedEndpoint:
        """The endpoint that is called so (see `Address`); raises UsageError unless there is one."""
        return chosen(wanted, "endpoint", self.endpoints, lambda one: one.address)

    def api(self, wanted: str) -> ServedApi:
        """The API that is called so (see `Address`); raises UsageError unless there is one."""
        return chosen(wanted, "API", self.apis, lambda one: one.address)


@contextmanager
def claimed(folder: Path) -> Iterator[Path]:
    """Hold the right to serve from `folder`; gives the path of the state file, which is removed at the end.

    Raises SlipwayError while another process serves.
    """
    folder.mkdir(parents=True, exist_ok=True)
    state = folder / _STATE
    with (folder / ".serve.lock").open("w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SlipwayError(f"another process is already serving ({state}); stop it first") from None
        state.unlink(missing_ok=True)
        try:
            yield state
        finally:
            state.unlink(missing_ok=True)


def is_served(folder: Path) -> bool:
    """Whether a process serves from `folder`."""
    try:
        control.serving_process(folder)
    except SlipwayError:
        return False
    return True


def write(state: Path, served: Served) -> None:
    """Write the state file, whole."""
    temporary = state.with_suffix(".tmp")
    temporary.write_text(json.dumps(asdict(served), indent=2), encoding="utf-8")
    temporary.replace(state)


def read(folder: Path) -> Served:
    """What is served from `folder`.

    Raises SlipwayError when nothing is: the file counts only while the process that wrote it answers.
    """
    path = folder / _STATE
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
        served = Served(
            str(state["url"]),
            int(state["pid"]),
            str(state["region"]),
            _endpoints(state["endpoints"]),
            _apis(state["apis"]),
            state.get("console"),
        )
    except FileNotFoundError:
        raise SlipwayError(f"no endpoint is being served; start it with: {slipway('serve')}") from None
    except OSError as error:
        raise SlipwayError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise SlipwayError(
            f"{path} is not what serve writes; stop serve if it runs, and start it again with: "
            f"{slipway('serve')}"
        ) from None
    if control.serving_process(folder) != served.pid:
        raise SlipwayError(
            f"{path} was written by another serve than the running one; stop it and start it again"
        )
    return served


def _endpoints(state: Any) -> list[ServedEndpoint]:
    return [
        ServedEndpoint(
            one["name"],
            one["variant"],
            [ServedContainer(**item) for item in one["containers"]],
            Address(**one["address"]),
        )
        for one in state
    ]


def _apis(state: Any) -> list[ServedApi]:
    return [
        ServedApi(
            **{
                **one,
                "address": Address(**one["address"]),
                "functions": [ServedFunction(**item) for item in one["functions"]],
            }
        )
        for one in state
    ]
