"""Prices and usage, from prices.toml."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assembly.errors import SlipwayError

DEFAULT = Path(__file__).parents[2] / "prices.toml"


class PriceError(SlipwayError):
    """prices.toml cannot be read as prices."""


class Unpriced(Exception):
    """The price that a resource needs is not in prices.toml; its argument is the key."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Price(_Strict):
    """One price: USD per unit, where it was found, when, and whether it was found in AWS's price list."""

    usd: _Amount
    per: Literal["hour", "hour and zone", "minute", "month", "million", "GB", "GB and month", "GB-second"]
    source: str
    date: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    verified: bool


class Usage(_Strict):
    """How much of what is billed by use is used; hours, minutes, milliseconds, GB and counts a month."""

    hours: _Amount
    notebook_hours: _Amount
    training_runs: _Amount
    job_minutes: _Amount
    daily_job_minutes: _Amount
    image_builds: _Amount
    image_build_minutes: _Amount
    image_gb: _Amount
    request_ms: _Amount
    bucket_gb: _Amount
    log_gb: _Amount


class Prices(_Strict):
    """The prices of one region by their keys, and the usage that a bill assumes."""

    region: str
    usage: Usage
    price: Mapping[str, Price]

    @classmethod
    def read(cls, path: Path = DEFAULT) -> "Prices":
        """Raises PriceError, with each fault, for a file that does not hold prices."""
        try:
            return cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise PriceError(f"{path}: {error}") from None
        except ValidationError as error:
            faults = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
            raise PriceError(f"{path}: {'; '.join(faults)}") from None

    def usd(self, key: str) -> float:
        """The price of one unit; raises Unpriced."""
        try:
            return self.price[key].usd
        except KeyError:
            raise Unpriced(key) from None
