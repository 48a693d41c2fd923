"""The function's settings, read from its environment once, at the cold start."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from prediction_service.cors import as_browsers_send_it

# API Gateway gives up after 29 s, the function is stopped after 25 s.
FUNCTION_TIMEOUT_SECONDS = 25

Origin = Annotated[str, Field(max_length=253), AfterValidator(as_browsers_send_it)]


def _separated(text: object) -> object:
    return [part.strip() for part in text.split(",")] if isinstance(text, str) else text


class EnvironmentFault(Exception):
    """Variables that are missing or wrong, each named with what it should be."""


class Environment(BaseModel):
    """Each field is the variable of the same name in upper case."""

    model_config = ConfigDict(frozen=True)

    endpoint_name: Annotated[str, Field(pattern=r"^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$")]
    allowed_origins: Annotated[tuple[Origin, ...], BeforeValidator(_separated), Field(min_length=1)]
    connect_timeout_seconds: Annotated[float, Field(gt=0, le=5)] = 2
    read_timeout_seconds: Annotated[float, Field(gt=0, le=24)] = 18
    total_max_attempts: Annotated[int, Field(ge=1, le=3)] = 2
    # API Gateway passes at most 6 MB, as base64 4.5 MB.
    max_body_bytes: Annotated[int, Field(ge=1, le=4_500_000)] = 1_048_576
    max_rows: Annotated[int, Field(ge=1, le=100_000)] = 10_000

    @model_validator(mode="after")
    def _attempts_end_before_the_function(self) -> Self:
        if self.connect_timeout_seconds + self.read_timeout_seconds >= FUNCTION_TIMEOUT_SECONDS:
            raise ValueError(
                f"the connect and read timeouts must total less than {FUNCTION_TIMEOUT_SECONDS} s"
            )
        return self

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> Self:
        """The settings; raises EnvironmentFault naming every variable that is missing or out of range."""
        known = {name: variables[name.upper()] for name in cls.model_fields if name.upper() in variables}
        try:
            return cls.model_validate(known)
        except ValidationError as error:
            faults = [
                f"{'.'.join(map(str, e['loc'])).upper() or 'timeouts'}: {e['msg']}" for e in error.errors()
            ]
            raise EnvironmentFault("invalid environment variables: " + "; ".join(faults)) from None
