"""Results of steps that later executions may take over instead of running the step again."""

import json
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from local.pipeline.definition import Caching
from local.storage.files import write_whole
from local.storage.s3 import Storage


@dataclass(frozen=True)
class Result:
    """The result of a step: its properties, and the digests of the objects under its output URIs.

    `execution` is the one that ran it, `finished` when, in seconds since 1970.
    """

    execution: str
    finished: float
    description: Mapping[str, Any]
    outputs: Mapping[str, str]


class StepCache:
    """Results by fingerprint, a file each.

    `resumed` are the fingerprints that the last execution had finished when it failed or was killed: those
    are taken over whether the definition caches the step or not.
    """

    def __init__(self, folder: Path, storage: Storage, resumed: Collection[str] = ()) -> None:
        self._folder = folder
        self._storage = storage
        self._resumed = resumed

    def find(self, key: str, caching: Caching) -> Result | None:
        """The result that may stand for a step: there, not too old, its data unchanged; else None."""
        try:
            result = Result(**json.loads(self._path(key).read_text(encoding="utf-8")))
            age = time.time() - result.finished
            dict(result.outputs.items())
        # None, or one of another version of the runner.
        except (FileNotFoundError, AttributeError, TypeError, ValueError, RecursionError):
            return None
        # A result of the future is as old as a clock that was put back makes it: nobody knows.
        cached = caching.enabled and (caching.expires_after is None or 0 <= age <= caching.expires_after)
        if not cached and key not in self._resumed:
            return None
        intact = all(self._storage.digest(uri) == digest for uri, digest in result.outputs.items())
        return result if intact else None

    def keep(self, key: str, execution: str, description: Mapping[str, Any], outputs: Iterable[str]) -> None:
        """Remember what a step left under its output URIs."""
        digests = {uri: self._storage.digest(uri) for uri in outputs}
        result = Result(execution, time.time(), description, digests)
        write_whole(self._path(key), json.dumps(asdict(result), indent=2))

    def forget(self, executions: Collection[str]) -> None:
        """Drop the results of these executions."""
        for path, execution in list(self._executions()):
            if execution in executions:
                path.unlink(missing_ok=True)

    def _executions(self) -> Iterator[tuple[Path, str]]:
        for path in self._folder.glob("*.json"):
            with suppress(KeyError, TypeError, ValueError, RecursionError):
                yield path, str(json.loads(path.read_text(encoding="utf-8"))["execution"])

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.json"
