"""What containers read and write in S3: model archives, source code, prefixes of our buckets.

Each grants what it is: the exact object, or the prefix, and nothing around it.
"""

import gzip
import hashlib
import io
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from aws_cdk import AssetHashType
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk.aws_s3_assets import Asset
from constructs import Construct

from stacks.asked_once import add_statement, stack_of
from stacks.constructs.storage.carried import LIST as CARRIED
from stacks.constructs.storage.carried import carried
from stacks.constructs.storage.source_files import source_files
from stacks.policies.acknowledgement import acknowledge, wildcard
from stacks.settings import ROOT

# Modules that every script may import: they travel in each archive of script-mode source.
SHARED_MODULES = ROOT / "model_code" / "shared" / "script"
_OBJECTS = "objects below the one prefix, whose names are known when they are written"


class ModelArchive(Construct):
    """A trained `model.tar.gz` from the local disk, published as a CDK asset.

    CDK publishes it as `<hash>.gz`, SageMaker's guide says `.tar.gz`: that stays between this class and S3.
    The hash follows from the archive's bytes alone, so whoever reads the template can check them.
    """

    def __init__(self, scope: Construct, id: str, *, path: Path, model: str) -> None:
        """The archive at `path` of the container that comes last in `model`, `<workload>/<hostname>`."""
        super().__init__(scope, id)
        self._asset = file_asset(self, path, f"artifacts/{model}/model.tar.gz")

    def bind(self, role: iam.IRole) -> str:
        """The model data URL; the role may read that object afterwards."""
        _grant_get(role, self._asset)
        return self._asset.s3_object_url


@dataclass(frozen=True)
class ReleasedArchive:
    """A `model.tar.gz` that a release names; the key encrypts it."""

    url: str
    key: kms.IKey

    def bind(self, role: iam.IRole) -> str:
        """The model data URL; the role may read that object afterwards."""
        bucket, _, name = self.url.removeprefix("s3://").partition("/")
        stack = stack_of(role)
        objects = stack.format_arn(service="s3", region="", account="", resource=bucket, resource_name=name)
        add_statement(role, iam.PolicyStatement(actions=["s3:GetObject"], resources=[objects]))
        _allow_key(role, self.key, ["kms:Decrypt"])
        return self.url


class Downloaded(Construct):
    """A file that a job downloads; `_asset` is what publishes it."""

    _asset: Asset

    @property
    def file_name(self) -> str:
        """The file's name below the folder that it is downloaded to."""
        return self._asset.s3_object_key

    def bind(self, role: iam.IRole) -> str:
        """The file's S3 URI; the role may read that object afterwards."""
        _grant_get(role, self._asset)
        grant_list(role, self._asset.bucket.bucket_arn, [f"{self._asset.s3_object_key}*"])
        return self._asset.s3_object_url


class SourceArchive(Downloaded):
    """A folder of script-mode source and the shared modules, as a `.tar.gz`.

    Its hash depends on names and contents only. Raises ValueError for a file named as a shared module.
    """

    def __init__(self, scope: Construct, id: str, *, folder: Path, program: str) -> None:
        super().__init__(scope, id)
        _require(folder, program)
        self.program = program
        sources = _tar(_files(folder, [*source_files(SHARED_MODULES), *carried(folder)]))
        with TemporaryDirectory() as scratch:
            archive = Path(scratch, "source.tar.gz")
            archive.write_bytes(gzip.compress(sources, mtime=0))
            # Hashed before compression: zlib's output differs between its builds, the sources do not.
            self._asset = file_asset(self, archive, _place(folder), sources)


class CodeDirectory(Downloaded):
    """A folder of processing code with a `__main__.py`, published as a zip that Python can run.

    The modules that the folder's `carries.txt` names lie in it beside the folder's own.
    """

    def __init__(self, scope: Construct, id: str, *, folder: Path) -> None:
        super().__init__(scope, id)
        _require(folder, "__main__.py")
        with TemporaryDirectory() as scratch:
            for name, content in _files(folder, carried(folder)).items():
                path = Path(scratch, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            self._asset = Asset(self, "Asset", path=scratch, display_name=_place(folder))


@dataclass(frozen=True)
class S3Prefix:
    """All objects of a bucket below `prefix`, which ends with no slash."""

    bucket: s3.IBucket
    prefix: str

    @property
    def uri(self) -> str:
        return f"s3://{self.bucket.bucket_name}/{self.prefix}"

    def below(self, name: str) -> "S3Prefix":
        """The objects of one folder in it."""
        return S3Prefix(self.bucket, f"{self.prefix}/{name}")

    def grant_get(self, role: iam.IRole, names: str) -> None:
        """The role may get the objects of these names (`*` for any part) and list nothing."""
        self._grant_objects(role, names, ["s3:GetObject"], ["kms:Decrypt"])

    def grant_get_versions(self, role: iam.IRole) -> None:
        """The role may get the objects, each version of them by its id, and list nothing."""
        self._grant_objects(role, "*", ["s3:GetObject", "s3:GetObjectVersion"], ["kms:Decrypt"])

    def grant_read(self, role: iam.IRole) -> None:
        self.grant_get(role, "*")
        # Who is given the prefix lists it as it is written, and then it ends with no slash.
        grant_list(role, self.bucket.bucket_arn, [self.prefix, f"{self.prefix}/*"])

    def grant_write(self, role: iam.IRole) -> None:
        self._grant_objects(
            role, "*", ["s3:AbortMultipartUpload", "s3:PutObject"], ["kms:Decrypt", "kms:GenerateDataKey"]
        )

    def _grant_objects(
        self, role: iam.IRole, names: str, actions: Sequence[str], key_actions: Sequence[str]
    ) -> None:
        objects = self.bucket.arn_for_objects(f"{self.prefix}/{names}")
        add_statement(role, iam.PolicyStatement(actions=[*actions], resources=[objects]))
        acknowledge(role, wildcard(role, objects), _OBJECTS)
        if key := self.bucket.encryption_key:
            _allow_key(role, key, key_actions)


def file_asset(scope: Construct, path: Path, place: str, content: bytes | None = None) -> Asset:
    """The file as a CDK asset that a review calls `place`. Its hash follows from the file's bytes alone, or
    from the `content` that the file was made of."""
    return Asset(
        scope,
        "Asset",
        path=str(path),
        display_name=place,
        asset_hash=hashlib.sha256(path.read_bytes() if content is None else content).hexdigest(),
        asset_hash_type=AssetHashType.CUSTOM,
    )


def grant_read_all(role: iam.IRole, bucket: s3.IBucket, prefixes: Sequence[str]) -> None:
    """The role may read below each prefix, listed by one statement: a policy has not room for many."""
    for prefix in prefixes:
        S3Prefix(bucket, prefix).grant_get(role, "*")
    grant_list(role, bucket.bucket_arn, [f"{prefix}/*" for prefix in prefixes])


def grant_list(role: iam.IRole, bucket_arn: str, patterns: Sequence[str]) -> None:
    """The role may list what begins with a prefix like one of the patterns."""
    # SageMaker lists before it downloads, also where the prefix is one object's whole key.
    add_statement(
        role,
        iam.PolicyStatement(
            actions=["s3:ListBucket"],
            resources=[bucket_arn],
            conditions={"StringLike": {"s3:prefix": [*patterns] if len(patterns) > 1 else patterns[0]}},
        ),
    )


def _require(folder: Path, name: str) -> None:
    if not (folder / name).is_file():
        raise ValueError(f"{folder} has no {name}")


def _place(folder: Path) -> str:
    """How a reviewer finds the folder: its path in the repository."""
    resolved = folder.resolve()
    return resolved.relative_to(ROOT).as_posix() if resolved.is_relative_to(ROOT) else resolved.name


def _files(folder: Path, modules: Iterable[Path]) -> dict[str, bytes]:
    """The contents of the folder's source files by their names, and of the modules, beside them.

    Raises ValueError for a module that is named like a file of the folder.
    """
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in source_files(folder)
        if path.name != CARRIED
    }
    for module in modules:
        if module.name in files:
            raise ValueError(f"{module}: {folder} has a file of that name, too; rename that one")
        files[module.name] = module.read_bytes()
    return files


def _tar(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in sorted(files.items()):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def _grant_get(role: iam.IRole, asset: Asset) -> None:
    objects = asset.bucket.arn_for_objects(asset.s3_object_key)
    add_statement(role, iam.PolicyStatement(actions=["s3:GetObject"], resources=[objects]))


def _allow_key(role: iam.IRole, key: kms.IKey, actions: Sequence[str]) -> None:
    """The role may use the key for what S3 stores with it."""
    stack = stack_of(role)
    add_statement(
        role,
        iam.PolicyStatement(
            actions=[*actions],
            resources=[key.key_arn],
            conditions={"StringEquals": {"kms:ViaService": f"s3.{stack.region}.{stack.url_suffix}"}},
        ),
    )
