"""Objects: files of the storage with what S3 knows of each."""

import base64
import hashlib
import json
import os
import threading
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from local.aws.errors import AwsError
from local.aws.s3.conditions import ANY, Condition
from local.aws.s3.errors import s3_error
from local.errors import StorageError
from local.storage.files import files_below, write_whole
from local.storage.s3 import Storage

_CHUNK = 1 << 20
# What a client may give an object beside its content, in lower case.
_KEPT = ("content-type", "content-encoding", "content-disposition", "content-language", "cache-control")
_OWN = "x-amz-meta-"


@dataclass(frozen=True)
class Object:
    """One object: its file and the headers that came with it."""

    key: str
    path: Path
    size: int
    modified: float
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def etag(self) -> str:
        """The MD5 of the content, in quotes; S3 has another tag for what was uploaded in parts."""
        state = self.path.stat()
        return f'"{_md5(self.path, state.st_size, state.st_mtime_ns, state.st_ino)}"'


@lru_cache(maxsize=10_000)
def _md5(path: Path, size: int, modified: int, number: int) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...

    def digest(self) -> bytes: ...


class _Crc32:
    def __init__(self) -> None:
        self._value = 0

    def update(self, data: bytes, /) -> None:
        self._value = zlib.crc32(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(4, "big")


def _sha1() -> _Hash:
    return hashlib.sha1(usedforsecurity=False)


# The headers in which clients name a digest of the body.
CHECKSUMS = {
    "x-amz-checksum-crc32": _Crc32,
    "x-amz-checksum-sha1": _sha1,
    "x-amz-checksum-sha256": hashlib.sha256,
}


class Digests:
    """The digests of a body as it comes: its SHA-256, and those that its headers name."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._signed = headers.get("x-amz-content-sha256", "")
        self._named = {name: headers[name] for name in CHECKSUMS if name in headers}
        if "content-md5" in headers:
            self._named["content-md5"] = headers["content-md5"]
        for name in headers:
            if name.startswith("x-amz-checksum-") and name not in CHECKSUMS and not name.endswith("-type"):
                known = ", ".join(CHECKSUMS)
                raise s3_error("NotImplemented", f"{name} is not verified here; send one of {known}")
        if self._signed.startswith("STREAMING-"):
            raise s3_error("NotImplemented", f"a body in signed pieces ({self._signed}) is not read here")
        self._sha256 = hashlib.sha256()
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._others: dict[str, _Hash] = {
            name: CHECKSUMS[name]() for name in self._named if name in CHECKSUMS
        }

    def update(self, data: bytes) -> None:
        self._sha256.update(data)
        self._md5.update(data)
        for one in self._others.values():
            one.update(data)

    @property
    def etag(self) -> str:
        return f'"{self._md5.hexdigest()}"'

    @property
    def named(self) -> Mapping[str, str]:
        """The digests that the request has named, as an answer repeats them."""
        return {name: value for name, value in self._named.items() if name in CHECKSUMS}

    def demand(self) -> None:
        """Raise AwsError unless the body has every digest that was named."""
        if len(self._signed) == 64 and self._signed != self._sha256.hexdigest():
            raise s3_error(
                "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match"
            )
        found = {name: one.digest() for name, one in self._others.items()} | {
            "content-md5": self._md5.digest()
        }
        for name, value in self._named.items():
            if base64.b64encode(found[name]).decode() != value:
                raise s3_error("BadDigest", f"The {name} you specified did not match what was received.")


class Objects:
    """The objects of the storage; headers of clients are kept beside it, in `folder`."""

    def __init__(self, storage: Storage, folder: Path) -> None:
        self.storage = storage
        self._folder = folder
        self._writing = threading.Lock()

    def demand_bucket(self, bucket: str) -> None:
        try:
            self.storage.path(f"s3://{bucket}")
        except StorageError:
            raise s3_error("NoSuchBucket", f"The specified bucket does not exist: {bucket}") from None

    def find(self, bucket: str, key: str) -> Object:
        """The object; raises AwsError when there is none."""
        self.demand_bucket(bucket)
        try:
            path = self.storage.path(_uri(bucket, key))
        except StorageError:
            path = None
        if path is None or key.endswith("/") or not path.is_file():
            raise s3_error("NoSuchKey", f"The specified key does not exist: {key}")
        state = path.stat()
        return Object(key, path, state.st_size, state.st_mtime, self._headers(bucket, key, state))

    def all(self, bucket: str, prefix: str) -> list[Object]:
        """The objects whose keys begin so, in S3's order; an asset is there once it has been asked for."""
        self.demand_bucket(bucket)
        root = self.storage.path(f"s3://{bucket}")
        folder = prefix.rpartition("/")[0]
        if any(part in ("", ".", "..") for part in folder.split("/")) and folder:
            return []
        found = []
        for name, path in files_below(root / folder).items():
            key = (Path(folder) / name).as_posix()
            if key.startswith(prefix):
                state = path.stat()
                found.append(Object(key, path, state.st_size, state.st_mtime))
        return sorted(found, key=lambda one: one.key.encode())

    def demand_writable(self, bucket: str, key: str) -> None:
        """Raise AwsError where no object can be put."""
        self.demand_bucket(bucket)
        uri = _uri(bucket, key)
        if self.storage.asset(uri) is not None:
            raise s3_error("AccessDenied", f"{uri} is an asset of the assembly, and is not written to")
        try:
            self.storage.path(uri)
        except StorageError as error:
            raise s3_error("InvalidArgument", str(error)) from None
        if key.endswith("/"):
            raise s3_error("InvalidArgument", f"{uri}: objects are files here, and no folders")

    def take(
        self, file: Path, bucket: str, key: str, headers: Mapping[str, str], condition: Condition = ANY
    ) -> None:
        """Move a file, which is in the storage's `incoming`, to an object, with a request's headers.

        Of several writers that want to be the first, one is: between the condition and the write there is
        no other's.
        """
        with self._writing:
            condition.demand(lambda: self._tag(bucket, key))
            try:
                self.storage.take(file, _uri(bucket, key))
            except StorageError as error:
                raise s3_error("InvalidArgument", str(error)) from None
            self._keep_headers(bucket, key, headers)

    def remove(self, bucket: str, key: str) -> None:
        """Remove an object, and the folders that are empty then; no matter if there is none."""
        self.demand_writable(bucket, key)
        root, path = self.storage.path(f"s3://{bucket}"), self.storage.path(_uri(bucket, key))
        if not path.is_file():
            return
        path.unlink()
        self._record(bucket, key).unlink(missing_ok=True)
        for above in path.parents:
            if above == root:
                break
            try:
                above.rmdir()
            except OSError:
                break

    def _tag(self, bucket: str, key: str) -> str | None:
        try:
            return self.find(bucket, key).etag
        except AwsError:
            return None

    def _keep_headers(self, bucket: str, key: str, headers: Mapping[str, str]) -> None:
        kept = {name: one for name, one in headers.items() if name in _KEPT or name.startswith(_OWN)}
        record = self._record(bucket, key)
        if not kept:
            record.unlink(missing_ok=True)
            return
        state = self.storage.path(_uri(bucket, key)).stat()
        content = {"file": _identity(state), "headers": kept}
        write_whole(record, json.dumps(content))

    def _headers(self, bucket: str, key: str, state: os.stat_result) -> Mapping[str, str]:
        """What came with the object; nothing if a job has written another one in its place since."""
        try:
            content: Any = json.loads(self._record(bucket, key).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return dict(content["headers"]) if content["file"] == _identity(state) else {}

    def _record(self, bucket: str, key: str) -> Path:
        name = hashlib.sha256(f"{bucket}/{key}".encode()).hexdigest()
        return self._folder / f"{name}.json"


def _uri(bucket: str, key: str) -> str:
    return f"s3://{bucket}/{key}"


def _identity(state: os.stat_result) -> list[int]:
    return [state.st_size, state.st_mtime_ns, state.st_ino]
