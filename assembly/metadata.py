"""What CDK notes about the constructs of a stack beside its template."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from assembly.errors import AssemblyError
from assembly.files import again

_ERROR = "aws:cdk:error"
_LOGICAL_ID = "aws:cdk:logicalId"


class Metadata:
    """The entries of an assembly's metadata file by construct path."""

    def __init__(self, by_path: Mapping[str, Any], where: Path) -> None:
        self._by_path = by_path
        self._where = where

    def entries(self, kind: str) -> Iterator[tuple[str, Any]]:
        """Construct path and data of each entry of one type; raises AssemblyError."""
        try:
            for path, entries in self._by_path.items():
                for entry in entries:
                    if entry["type"] == kind:
                        yield path.strip("/"), entry["data"]
        except (KeyError, TypeError):
            raise AssemblyError(f"{self._where} is not as CDK writes it; {again()}") from None

    @property
    def errors(self) -> tuple[str, ...]:
        """The error annotations, with which the CDK command line does not deploy the stack."""
        return tuple(str(data) for _, data in self.entries(_ERROR))

    @property
    def logical_ids(self) -> list[tuple[str, str]]:
        """The construct path and logical id of each resource, parameter and output, nested stacks' too."""
        return [(path, str(data)) for path, data in self.entries(_LOGICAL_ID)]
