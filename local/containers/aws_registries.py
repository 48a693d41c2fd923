"""The registries of AWS's images, from the tables in its SageMaker SDK."""

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

_HOST = re.compile(r"(?P<account>[0-9]{12})\.dkr\.ecr(-fips)?\.[a-z0-9-]+\.amazonaws\.com(\.cn)?", re.ASCII)


def is_of_aws(registry: str, framework: str) -> bool:
    """Whether a registry belongs to an account of AWS that publishes this framework, in any Region."""
    host = _HOST.fullmatch(registry)
    return host is not None and host["account"] in _accounts(framework)


@cache
def _accounts(framework: str) -> frozenset[str]:
    path = distribution("sagemaker-core").locate_file(f"sagemaker/core/image_uri_config/{framework}.json")
    return frozenset(_registries(json.loads(Path(str(path)).read_text(encoding="utf-8"))))


def _registries(table: Any) -> Iterator[str]:
    for name, value in table.items() if isinstance(table, dict) else ():
        if name == "registries":
            yield from value.values()
        else:
            yield from _registries(value)
