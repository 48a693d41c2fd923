"""The resources that the runner acts on, typed."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from assembly.address import Address
from assembly.errors import AssemblyError, ResourceError
from assembly.intrinsics import text, texts

# Of CreateModel: a test holds them against botocore's model.
MOST_CONTAINERS: Final = 15
HOSTNAME: Final = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
VARIABLE: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
LONGEST_VARIABLE: Final = 1024
MOST_VARIABLES: Final = 100


@dataclass(frozen=True)
class Resource:
    """A declared resource. References are resolved when its name or its properties are asked for: one that
    nobody asks for may refer to what the runner does not support.
    """

    stack: str
    logical_id: str
    type: str
    tags: Mapping[str, str]
    find_name: Callable[[], str]
    find_properties: Callable[[], Mapping[str, Any]]
    find_property: Callable[[str], Any]

    @property
    def label(self) -> str:
        return f"{self.stack}/{self.logical_id}"

    @cached_property
    def name(self) -> str:
        """The physical name; raises AssemblyError when it follows from what the runner does not support."""
        return self.find_name()

    @property
    def known_name(self) -> str | None:
        """The physical name, None where the runner cannot know it."""
        try:
            return self.name
        except AssemblyError:
            return None

    @cached_property
    def properties(self) -> Mapping[str, Any]:
        """The properties; raises AssemblyError, with stack and logical id, for what cannot be resolved."""
        return self.find_properties()

    def known(self, name: str) -> Any:
        """One property by itself, None where it is missing or the runner cannot know it."""
        try:
            return self.find_property(name)
        except AssemblyError:
            return None

    def error(self, message: object) -> ResourceError:
        """What is wrong with it, for the caller to raise."""
        return ResourceError(f"{self.label} ({self.type}): {message}")

    @contextmanager
    def named_in_errors(self) -> Iterator[None]:
        """What is raised within names it, unless it names another resource, and is a ResourceError: for a
        property that is missing or malformed, too."""
        try:
            yield
        except ResourceError:
            raise
        except AssemblyError as error:
            raise self.error(error) from None
        except KeyError as error:
            raise self.error(f"{error.args[0]} is missing") from None
        except (AttributeError, IndexError, TypeError, ValueError) as error:
            raise self.error(f"a property has a form that CloudFormation does not accept: {error}") from None

    @property
    def address(self) -> Address:
        """The names that commands accept for it."""
        return Address(self.logical_id, self.known_name, self.tags.get("workload"), self.tags.get("variant"))


@dataclass(frozen=True)
class ContainerDefinition:
    """One container of a model: what is started, with which artifact and environment."""

    hostname: str
    image: str
    model_data_url: str | None
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Model:
    """A SageMaker model; its containers answer one after the other."""

    name: str
    containers: tuple[ContainerDefinition, ...]

    @classmethod
    def from_arguments(cls, name: str, arguments: Mapping[str, Any]) -> "Model":
        """Read CreateModel's arguments or the properties of an AWS::SageMaker::Model (they agree).

        A container without a hostname is called `container-<n>`, counted from 1. Raises AssemblyError for a
        model without containers or images, and for what CreateModel refuses.
        """
        if arguments.get("Containers") and arguments.get("PrimaryContainer"):
            raise AssemblyError("a model has a PrimaryContainer or Containers, not both")
        declared = arguments.get("Containers") or [
            arguments[key] for key in ("PrimaryContainer",) if key in arguments
        ]
        if not declared:
            raise AssemblyError("the model has no containers")
        if len(declared) > MOST_CONTAINERS:
            raise AssemblyError(f"a model has at most {MOST_CONTAINERS} containers, not {len(declared)}")
        containers = tuple(_container(position, one) for position, one in enumerate(declared, start=1))
        hostnames = [container.hostname for container in containers]
        if len(set(hostnames)) < len(hostnames):
            raise AssemblyError(f"two containers share a hostname: {', '.join(hostnames)}")
        return cls(name, containers)


@dataclass(frozen=True)
class Endpoint:
    """An endpoint and the model behind its production variant; `answers` is its tag, `capture` the
    DataCaptureConfig of its configuration, resolved as far as it can be."""

    name: str
    variant: str
    model: Model
    address: Address
    answers: str | None = None
    capture: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Pipeline:
    """A SageMaker pipeline; `definition` is the JSON text of PipelineDefinitionBody, `answers` its tag,
    `role` the ARN of the role that runs it: in words where it cannot be known, None where none is declared.
    """

    name: str
    arn: str
    definition: str
    address: Address
    answers: str | None = None
    role: str | None = None


def _container(position: int, declared: Mapping[str, Any]) -> ContainerDefinition:
    hostname = declared.get("ContainerHostname", f"container-{position}")
    if not HOSTNAME.fullmatch(text(hostname, "ContainerHostname")):
        raise AssemblyError(f"ContainerHostname {hostname!r} does not match {HOSTNAME.pattern}")
    if "Image" not in declared:
        raise AssemblyError(f"the container {hostname} has no image")
    environment = texts(declared.get("Environment", {}), "Environment")
    _check_environment(hostname, environment)
    source = declared.get("ModelDataSource", {}).get("S3DataSource", {})
    archive = declared.get("ModelDataUrl", source.get("S3Uri"))
    return ContainerDefinition(hostname, declared["Image"], archive, environment)


def _check_environment(hostname: str, environment: Mapping[str, str]) -> None:
    if len(environment) > MOST_VARIABLES:
        raise AssemblyError(
            f"the container {hostname} has {len(environment)} variables; it takes at most {MOST_VARIABLES}"
        )
    for name, value in environment.items():
        if not VARIABLE.fullmatch(name):
            raise AssemblyError(
                f"the container {hostname}'s variable {name!r} does not match {VARIABLE.pattern}"
            )
        for what, length in (("name", len(name)), ("value", len(value))):
            if length > LONGEST_VARIABLE:
                raise AssemblyError(
                    f"the container {hostname}'s variable {name[:40]}: the {what} has {length} characters; "
                    f"expected at most {LONGEST_VARIABLE}"
                )
