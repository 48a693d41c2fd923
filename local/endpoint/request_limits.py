"""The limits of InvokeEndpoint's parameters; a test compares them with botocore's API model."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

ASCII = r"\p{ASCII}*"
PRINTED = r"\A\S[\p{Print}]*\z"
NAME = "^[a-zA-Z0-9](-*[a-zA-Z0-9])*"
# Java's classes and anchors, in which the model is written, as Python's: a pattern is of the whole value.
_PYTHON = {r"\p{ASCII}": r"[\x00-\x7F]", r"[\p{Print}]": r"[\x20-\x7E]", r"\A": "", r"\z": ""}


@dataclass(frozen=True)
class Limit:
    """The lengths and the pattern of one member of a request; a sensitive one is not repeated in messages."""

    member: str
    longest: int
    pattern: str
    shortest: int = 0
    sensitive: bool = False

    def violation(self, value: str) -> str | None:
        """Which constraint the value does not satisfy, in AWS's words; None when it satisfies all."""
        failed = self._constraint(value)
        if failed is None:
            return None
        told = "" if self.sensitive else f" '{value}'"
        place = f"at '{self.member[0].lower()}{self.member[1:]}'"
        what = f"Value{told} {place} failed to satisfy constraint"
        return f"1 validation error detected: {what}: Member must {failed}"

    def _constraint(self, value: str) -> str | None:
        if len(value) > self.longest:
            return f"have length less than or equal to {self.longest}"
        if len(value) < self.shortest:
            return f"have length greater than or equal to {self.shortest}"
        if not re.fullmatch(self._python_pattern, value):
            return f"satisfy regular expression pattern: {self.pattern}"
        return None

    @property
    def _python_pattern(self) -> str:
        pattern = self.pattern
        for java, python in _PYTHON.items():
            pattern = pattern.replace(java, python)
        return pattern


ENDPOINT_NAME = Limit("EndpointName", 63, NAME)
# By the header that carries it.
HEADERS: Mapping[str, Limit] = {
    "accept": Limit("Accept", 1024, ASCII),
    "content-type": Limit("ContentType", 1024, ASCII),
    "x-amzn-sagemaker-custom-attributes": Limit("CustomAttributes", 1024, ASCII, sensitive=True),
    "x-amzn-sagemaker-enable-explanations": Limit("EnableExplanations", 64, ".*", shortest=1),
    "x-amzn-sagemaker-inference-component": Limit(
        "InferenceComponentName", 63, r"^[a-zA-Z0-9]([\-a-zA-Z0-9]*[a-zA-Z0-9])?$"
    ),
    "x-amzn-sagemaker-inference-id": Limit("InferenceId", 64, PRINTED, shortest=1),
    "x-amzn-sagemaker-prefix-aware-id": Limit("PrefixAwareId", 64, PRINTED, shortest=1),
    "x-amzn-sagemaker-session-id": Limit("SessionId", 256, "^(NEW_SESSION)$|^[a-zA-Z0-9](-*[a-zA-Z0-9])*$"),
    "x-amzn-sagemaker-target-container-hostname": Limit("TargetContainerHostname", 63, NAME),
    "x-amzn-sagemaker-target-model": Limit("TargetModel", 1024, PRINTED, shortest=1),
    "x-amzn-sagemaker-target-variant": Limit("TargetVariant", 63, NAME),
}


def violation(endpoint: str, headers: Mapping[str, str]) -> str | None:
    """The fault for which AWS would refuse the endpoint's name or a header; None if there is none."""
    values = [(ENDPOINT_NAME, endpoint)]
    values += [(limit, headers[name]) for name, limit in HEADERS.items() if name in headers]
    return next((found for limit, value in values if (found := limit.violation(value))), None)
