"""What the tests of jobs share."""

from pathlib import Path

import pytest
from assembly_files import file_asset, write_assembly, write_versions
from job_arguments import put
from transform_bench import Bench

import assembly
from local.containers.images import Images
from local.jobs import Services
from local.registry import FolderRegistry
from local.storage.s3 import Storage


@pytest.fixture
def services(tmp_path: Path) -> Services:
    cdk_out = write_assembly(
        tmp_path / "cdk.out",
        {"Data": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "data"}}},
        files={"fit": file_asset("asset.fit.gz", "fit.gz")},
    )
    (cdk_out / "asset.fit.gz").write_text("source")
    declared = assembly.load(cdk_out)
    services = Services(
        Storage(tmp_path / "s3", declared),
        Images.load(write_versions(tmp_path)),
        declared.place,
        FolderRegistry(tmp_path / "registry", declared.place),
    )
    put(services, tmp_path, "s3://data/in/rows.csv", "1,2\n")
    return services


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)
