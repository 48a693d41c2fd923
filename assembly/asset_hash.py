"""The hash by which CDK names a file asset, as far as it follows from the file."""

import hashlib
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

_HASH = re.compile(r"[0-9a-f]{64}")
# What aws-cdk-lib hashes of a file beside its content: how links are followed, and how names are ignored.
_FOLLOWING = ("external", "never", "always", "internal-only")
_IGNORING = (None, "git", "docker")


def contradicts(hash: str, file: Path) -> bool:
    """Whether `file` is certainly not the one that was given this hash at synthesis.

    It is not when its content gives the hash in no way: neither as CDK's own fingerprint, nor as a hash that
    is the content's SHA-256 (which CDK hashes again). What is not a hash of CDK's contradicts nothing.
    """
    return _HASH.fullmatch(hash) is not None and hash not in _possible(file)


def _possible(file: Path) -> Iterator[str]:
    with file.open("rb") as stream:
        content = hashlib.file_digest(stream, "sha256").hexdigest()
    yield hashlib.sha256(content.encode()).hexdigest()
    fingerprint = f"{file.stat().st_size}:{content}"
    for follow, ignore in product(_FOLLOWING, _IGNORING):
        fields = [("options.extra", ""), ("options.follow", follow)]
        fields += [("options.ignoreMode", ignore)] if ignore else []
        hashed = [*fields, ("file:", fingerprint)]
        yield hashlib.sha256("".join(f"\1{name}\2{value}\3" for name, value in hashed).encode()).hexdigest()
