"""What is deployed from a model registry: the files `releases/<workload>.json`.

`make release` writes one from an approved version, a pull request changes it, and that is the deployment.
"""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    ValidationError,
    model_validator,
)

from stacks.settings import SettingsError
from stacks.text_forms import SageMakerName, of_form, said

ImageUri = Annotated[
    str,
    of_form(
        r"\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/[a-z0-9._/-]+(:[\w.-]+|@sha256:[0-9a-f]{64})",
        "the URI of an image in ECR, with a tag or a digest",
    ),
]
Digest = Annotated[str, of_form(r"[0-9a-f]{64}", "a SHA-256 in 64 lower-case hexadecimal digits")]


class ReleaseError(SettingsError):
    """A release that cannot be deployed; the message names the file and what is wrong with it."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, protected_namespaces=())


class ReleasedContainer(_Part):
    """One container as the registry has it: the image by tag or digest, the archive (an S3 URL, or a path
    where the registry is local) and the SHA-256 of its content, and the environment variables."""

    hostname: SageMakerName
    image: ImageUri
    model_data_url: Annotated[str, StringConstraints(min_length=1)]
    digest: Digest
    environment: dict[str, str]


class ReleasedBaseline(_Part):
    """What the version's data were like: two documents, each an S3 URL, or a path where the registry is
    local."""

    statistics: Annotated[str, StringConstraints(min_length=1)]
    constraints: Annotated[str, StringConstraints(min_length=1)]


class Release(_Part):
    """A version of a workload's model.

    `registry` is SageMaker's (`aws`) or the folder of `slipway models` (`local`). `metrics` are the
    evaluation as it was registered. `containers` stand in the order in which they answer. `baseline` is None
    for a version that was registered without one.
    """

    workload: str
    registry: Literal["aws", "local"]
    model_package_group: str
    model_package_arn: str
    version: int = Field(ge=1)
    status: Literal["Approved", "PendingManualApproval", "Rejected"]
    metrics: dict[str, JsonValue]
    containers: Annotated[tuple[ReleasedContainer, ...], Field(min_length=1, max_length=15)]
    baseline: ReleasedBaseline | None = None

    @model_validator(mode="after")
    def _is_within_reach(self) -> Self:
        for container in self.containers:
            if self.registry == "aws" and not container.model_data_url.startswith("s3://"):
                raise ValueError(
                    f"{container.model_data_url} is not an S3 URL, and the registry is that of AWS"
                )
        return self

    @classmethod
    def read(cls, path: Path, *, workload: str) -> Self | None:
        """The approved release in a file; None without a file.

        Raises ReleaseError for a file of another form, of another workload, or with a version that is not
        approved.
        """
        if not path.is_file():
            return None
        try:
            release = cls.model_validate_json(path.read_bytes())
        except ValidationError as error:
            faults = (
                "".join((*(f"{part}: " for part in one["loc"]), said(dict(one)))) for one in error.errors()
            )
            raise ReleaseError(f"{path.name}: {'; '.join(faults)}") from None
        if release.workload != workload:
            raise ReleaseError(f"{path.name}: is a release of {release.workload}, not of {workload}")
        if release.status != "Approved":
            raise ReleaseError(
                f"{path.name}: version {release.version} is {release.status}; approve it in its registry, "
                f"then run `make release WORKLOAD={workload} VERSION={release.version}`"
            )
        return release
