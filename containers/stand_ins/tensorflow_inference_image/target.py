"""Which model, version and method an invocation names, in its custom attributes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

HEADER = b"x-amzn-sagemaker-custom-attributes"

_ATTRIBUTE = re.compile(r"tfs-[a-z-]+=[^,]+")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}")
_VERSION = re.compile(r"[0-9]+")
_METHODS = ("predict", "classify", "regress")
# SageMaker passes no more on.
_LARGEST = 1024


class WrongAttribute(ValueError):
    """An attribute that cannot be part of a path; the text is the image's, and names the attribute alone."""


@dataclass(frozen=True)
class Target:
    """What an invocation asks for; None is the image's default."""

    name: str | None = None
    version: str | None = None
    method: str | None = None

    @classmethod
    def of(cls, header: str | None) -> "Target":
        """What the header says: `tfs-model-name`, `tfs-model-version` and `tfs-method`; all else is ignored.

        Refuses with WrongAttribute.
        """
        if header and len(header) > _LARGEST:
            raise WrongAttribute(f"the custom attributes are longer than {_LARGEST} characters")
        attributes = _attributes(header or "")
        for name, accepted in (
            ("tfs-model-name", _NAME.fullmatch),
            ("tfs-model-version", _VERSION.fullmatch),
            ("tfs-method", _METHODS.__contains__),
        ):
            if name in attributes and not accepted(attributes[name]):
                raise WrongAttribute(f"invalid {name}")
        return cls(
            attributes.get("tfs-model-name"),
            attributes.get("tfs-model-version"),
            attributes.get("tfs-method"),
        )

    def path(self, default_name: str) -> str:
        """The path of the request to TensorFlow Serving."""
        version = f"/versions/{self.version}" if self.version else ""
        return f"/v1/models/{self.name or default_name}{version}:{self.method or 'predict'}"


def _attributes(header: str) -> Mapping[str, str]:
    pairs = (attribute.split("=") for attribute in _ATTRIBUTE.findall(header))
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}
