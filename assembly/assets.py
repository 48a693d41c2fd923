"""The assets that an assembly's manifests publish: files, folders, images."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from assembly.errors import AssemblyError
from assembly.files import again, expect, read_json

# What our stacks call a model's archive, which they give the file's SHA-256 as its hash.
_OWN_ARCHIVES = "artifacts/"
_TEMPLATE = ".template.json"


@dataclass(frozen=True)
class Asset:
    """A staged file, a staged folder that is published as a zip, or the folder of an image's build.

    `hash` and `display_name` are the manifest's; `uris` are the S3 URIs that it is published to, with
    placeholders for what the stack's environment leaves open.
    """

    path: Path
    packaging: Literal["file", "zip", "image"]
    hash: str = ""
    display_name: str = ""
    uris: tuple[str, ...] = ()

    @property
    def is_zipped(self) -> bool:
        return self.packaging == "zip"

    @property
    def is_template(self) -> bool:
        return self.path.name.endswith(_TEMPLATE)

    @property
    def name(self) -> str:
        """Its display name without the suffix that CDK appends."""
        return (self.display_name or self.hash[:8]).removesuffix("/Asset").removesuffix("/Code")

    @property
    def hash_is_of_content(self) -> bool:
        """Whether the hash follows from the file. In other people's apps it may be anything: a commit's."""
        return self.display_name.startswith(_OWN_ARCHIVES)


def read_assets(path: Path) -> Iterator[Asset]:
    """The assets of a stack's asset manifest; raises AssemblyError. What a command makes while it is
    published is none: nothing is staged for it."""
    manifest = read_json(path)
    for section, build in (("files", _file), ("dockerImages", _image)):
        for key, declared in expect(dict, manifest.get(section, {}), section, path).items():
            try:
                if "executable" not in declared["source"]:
                    yield build(path.parent, key, declared)
            except (AttributeError, KeyError, TypeError):
                raise AssemblyError(f"{path}: the asset {key} is not as CDK writes it; {again()}") from None


def _file(folder: Path, key: str, declared: Mapping[str, Any]) -> Asset:
    source = declared["source"]
    return Asset(
        folder / source["path"],
        "zip" if source.get("packaging") == "zip" else "file",
        key,
        str(declared.get("displayName", "")),
        tuple(f"s3://{one['bucketName']}/{one['objectKey']}" for one in declared["destinations"].values()),
    )


def _image(folder: Path, key: str, declared: Mapping[str, Any]) -> Asset:
    return Asset(folder / declared["source"]["directory"], "image", key, str(declared.get("displayName", "")))
