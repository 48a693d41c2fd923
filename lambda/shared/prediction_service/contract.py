"""What a function's contract consists of, for its handler and for the OpenAPI document alike."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPMethod
from typing import Literal

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """A method on a path, with the model of its JSON body and answer.

    `request_text` and `answer_text` are examples of the same as text, by media type.
    """

    path: str
    summary: str
    answer: type[BaseModel]
    method: HTTPMethod = HTTPMethod.POST
    request: type[BaseModel] | None = None
    request_text: Mapping[str, str] = field(default_factory=dict)
    answer_text: Mapping[str, str] = field(default_factory=dict)


class Predictions[Item](BaseModel):
    """The endpoint's response: an item for each that was given, in the request's order."""

    model_config = ConfigDict(strict=True, extra="forbid")

    predictions: list[Item]


class Health(BaseModel):
    """The function responds. The endpoint of the model is not called."""

    status: Literal["ok"] = "ok"


HEALTH = Operation(
    method=HTTPMethod.GET, path="/health", summary="Check that the API responds", answer=Health
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Contract:
    """An API of one operation and HEALTH: the version changes when a client of the former one would fail."""

    title: str
    version: str = "1.0.0"
    description: str
    operation: Operation

    @property
    def operations(self) -> Sequence[Operation]:
        return self.operation, HEALTH


def not_negative_zero(value: float) -> float:
    """For fields that start at 0: `-0` passes `ge=0`, but no client means it."""
    if value == 0 and math.copysign(1, value) < 0:
        raise PydanticCustomError("negative_zero", "Input should not be a negative zero")
    return value
