"""Uploads in parts: each part is a file until the upload is completed, over restarts, too."""

import json
import re
import secrets
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from local.aws.s3.conditions import ANY, Condition
from local.aws.s3.errors import s3_error
from local.aws.s3.objects import Objects
from local.storage.files import write_whole

_ID = re.compile(r"[0-9a-f]{32}")
_MOST_PARTS = 10_000
_SMALLEST_PART = 5 << 20
Part = tuple[int, str]


class Uploads:
    """The uploads that are under way, each a folder in the storage's `incoming`."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def begin(self, bucket: str, key: str, headers: Mapping[str, str]) -> str:
        """The new upload's id."""
        self._objects.demand_writable(bucket, key)
        id = secrets.token_hex(16)
        content = {"bucket": bucket, "key": key, "headers": dict(headers)}
        write_whole(self._folder / id / "upload.json", json.dumps(content))
        return id

    def part(self, id: str, bucket: str, key: str, number: str) -> Path:
        """Where a part is to be put; its tag goes to the file beside it."""
        if not number.isdecimal() or not 1 <= int(number) <= _MOST_PARTS:
            raise s3_error("InvalidArgument", f"Part number must be an integer between 1 and {_MOST_PARTS}.")
        self._find(id, bucket, key)
        return self._folder / id / str(int(number))

    def keep(self, file: Path, part: Path, etag: str) -> None:
        """Make a file the part."""
        write_whole(part.with_suffix(".etag"), etag)
        file.replace(part)

    def complete(
        self, id: str, bucket: str, key: str, parts: Sequence[Part], condition: Condition = ANY
    ) -> None:
        """Make the parts, which are in order, one object, if what is there is as demanded."""
        upload = self._find(id, bucket, key)
        if not parts:
            raise s3_error("MalformedXML", "You must specify at least one part.")
        if [number for number, _ in parts] != sorted({number for number, _ in parts}):
            raise s3_error("InvalidPartOrder", "The list of parts was not in ascending order.")
        files = [self._folder / id / str(number) for number, _ in parts]
        for file, (number, etag) in zip(files, parts, strict=True):
            if not file.exists() or file.with_suffix(".etag").read_text().strip('"') != etag.strip('"'):
                raise s3_error("InvalidPart", f"The part {number} could not be found, or has another ETag.")
        if any(file.stat().st_size < _SMALLEST_PART for file in files[:-1]):
            raise s3_error("EntityTooSmall", "A part but the last one is smaller than 5 MiB.")
        whole = self._folder / id / "whole"
        with whole.open("wb") as target:
            for file in files:
                with file.open("rb") as source:
                    shutil.copyfileobj(source, target)
        self._objects.take(whole, bucket, key, upload["headers"], condition)
        shutil.rmtree(self._folder / id)

    def abort(self, id: str, bucket: str, key: str) -> None:
        self._find(id, bucket, key)
        shutil.rmtree(self._folder / id)

    @property
    def _folder(self) -> Path:
        return self._objects.storage.incoming / "uploads"

    def _find(self, id: str, bucket: str, key: str) -> dict[str, Any]:
        try:
            content = json.loads((self._folder / id / "upload.json").read_text()) if _ID.fullmatch(id) else {}
        except FileNotFoundError:
            content = {}
        if (content.get("bucket"), content.get("key")) != (bucket, key):
            raise s3_error("NoSuchUpload", "The specified upload does not exist; it may have been completed.")
        return dict(content)
