"""Transform jobs over the buckets of one test."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from assembly_files import write_assembly

import assembly
from assembly import ContainerDefinition, Model
from local.containers.images import Image, Images
from local.endpoint.answers import NOTHING, Promise
from local.jobs.transform import run_transform_job
from local.storage.s3 import Storage

JOINED = {"JoinSource": "Input"}
FAKE = Image("fake", "fake", None, "fake_image", (Path(__file__).parents[1] / "fake_image",), {})


def arguments(**changes: Any) -> dict[str, Any]:
    """The arguments of a job that splits by line and assembles so; sections are merged with `changes`."""
    sections: dict[str, Any] = {
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://data/in/"}},
            "ContentType": "text/csv",
            "SplitType": "Line",
        },
        "TransformOutput": {"S3OutputPath": "s3://data/out/", "AssembleWith": "Line"},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        "ModelName": "shop",
    }
    for name, value in changes.items():
        merge = isinstance(value, dict) and isinstance(sections.get(name), dict)
        sections[name] = sections[name] | value if merge else value
    return sections


class Bench:
    """The buckets of one test, and a job over them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        resources = {"Data": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "data"}}}
        declared = assembly.load(write_assembly(folder / "cdk.out", resources))
        self.storage = Storage(folder / "s3", declared)

    def put(self, key: str, content: bytes) -> None:
        path = self.storage.path(f"s3://data/in/{key}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def run(
        self,
        *environments: Mapping[str, str],
        on_rows: Callable[[int], None] = lambda rows: None,
        promise: Promise = NOTHING,
        **changes: Any,
    ) -> dict[str, bytes]:
        """The results by key."""
        definitions = [
            ContainerDefinition(f"c{number}", "registry/fake:1", None, environment)
            for number, environment in enumerate(environments or [{}], start=1)
        ]
        run_transform_job(
            arguments(**changes),
            model=Model("shop", tuple(definitions)),
            storage=self.storage,
            images=Images([FAKE], Path("versions.toml")),
            folder=self.folder / "job",
            on_rows=on_rows,
            promise=promise,
        )
        return self.results()

    def results(self) -> dict[str, bytes]:
        out = self.storage.path("s3://data/out/")
        return {str(p.relative_to(out)): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}


def numbered(count: int) -> bytes:
    return b"".join(b"%d\n" % number for number in range(count))
