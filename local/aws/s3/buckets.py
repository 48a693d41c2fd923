"""Buckets: those of the template, and those that clients have made beside them."""

import re
import time
from collections.abc import Collection
from pathlib import Path

from local.aws.s3.errors import s3_error
from local.sagemaker_api.records import Records
from local.storage.s3 import Storage

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


class MadeBuckets:
    """The buckets that clients have made; a record for each."""

    def __init__(self, folder: Path) -> None:
        self._records = Records(folder)

    def names(self) -> Collection[str]:
        return self._records.names()

    def created(self, name: str) -> float | None:
        """When a client made the bucket; None for one of the template."""
        record = self._records.find(name)
        return None if record is None else float(record["created"])

    def make(self, name: str, storage: Storage) -> None:
        if not _NAME.fullmatch(name):
            raise s3_error("InvalidBucketName", f"The specified bucket is not valid: {name}")
        if storage.has_bucket(name):
            raise s3_error("BucketAlreadyOwnedByYou", f"{name} exists, and you own it.")
        self._records.put(name, {"created": time.time()})

    def remove(self, name: str, storage: Storage) -> None:
        """Remove an empty bucket; one of the template stays."""
        if name in storage.declared_buckets:
            raise s3_error("AccessDenied", f"{name} is declared by the template, and stays with it.")
        self._records.remove(name)
