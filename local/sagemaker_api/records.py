"""What clients have made, a file for each: it is there again when the server is started again."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local.errors import FilesError
from local.storage.files import write_whole, written_by

Record = dict[str, Any]


class Records:
    """The records of one kind, by their names, which AWS's own patterns make fit for file names."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._records: dict[str, Record] = {}
        for path in sorted(folder.glob("*.json")):
            with written_by("serve", path):
                record = json.loads(path.read_text(encoding="utf-8"))
                if not isinstance(record, dict):
                    raise FilesError(f"{path} is not in the format that serve writes; restore or remove it")
                self._records[path.stem] = record

    def __iter__(self) -> Iterator[Record]:
        return iter(list(self._records.values()))

    def names(self) -> set[str]:
        return set(self._records)

    def find(self, name: str) -> Record | None:
        return self._records.get(name)

    def put(self, name: str, record: Record) -> None:
        """Keep a record, whole: in the file first."""
        write_whole(self._folder / f"{name}.json", json.dumps(record, indent=1) + "\n")
        self._records[name] = record

    def remove(self, name: str) -> None:
        (self._folder / f"{name}.json").unlink(missing_ok=True)
        self._records.pop(name, None)
