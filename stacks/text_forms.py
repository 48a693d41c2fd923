"""Texts of settings and releases that have one form: who breaks it reads what was expected, in words."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator


def of_form(pattern: str, expected: str) -> AfterValidator:
    """Takes a text that the whole pattern matches; refuses another one with `expected <expected>`."""
    form = re.compile(pattern, re.ASCII)

    def matching(text: str) -> str:
        if not form.fullmatch(text):
            raise ValueError(f"expected {expected}")
        return text

    return AfterValidator(matching)


# How SageMaker lets an endpoint or a container be called.
SageMakerName = Annotated[
    str, of_form(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", "1 to 63 letters and digits, with hyphens between them")
]


def said(error: Mapping[str, Any]) -> str:
    """What an error of pydantic's says, without the name of an exception of ours."""
    return str(error["msg"]).removeprefix("Value error, ")
