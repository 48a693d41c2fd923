"""The quotas of an account, as a team has filled them in."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from assembly.errors import SlipwayError

DEFAULTS: Final = Path(__file__).with_name("quotas.toml")


@dataclass(frozen=True)
class Quotas:
    """`numbers` are the quotas by name; `endpoint_instances` those of instances, by their type."""

    numbers: Mapping[str, int]
    endpoint_instances: Mapping[str, int]

    @classmethod
    def read(cls, path: Path = DEFAULTS) -> Self:
        """The quotas of a file; what it doesn't name is as in ours. Raises SlipwayError for what is no
        number or has an unknown name."""
        given, defaults = (tomllib.loads(one.read_text()) for one in (path, DEFAULTS))
        unknown = sorted(given.keys() - defaults.keys())
        if unknown:
            raise SlipwayError(f"{path}: expected {', '.join(sorted(defaults))}, got {', '.join(unknown)}")
        found = {**defaults, **given}
        instances = found.pop("endpoint_instances")
        for name, value in (*found.items(), *instances.items()):
            if type(value) is not int or value < 0:
                raise SlipwayError(f"{path}: expected a number for {name}, got {value!r}")
        return cls(found, instances)
