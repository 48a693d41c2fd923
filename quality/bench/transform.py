"""A million rows through a batch transform job: its time, and the memory of runner and containers."""

import argparse
import sys
import time
from pathlib import Path
from typing import NamedTuple

import assembly
from local.containers.images import Images
from local.jobs.transform import run_transform_job
from local.storage.s3 import Storage
from quality.bench import processes


class Transformed(NamedTuple):
    """Seconds, peak PSS in MB of all processes together, and the second half's peak over the first's."""

    seconds: float
    peak: float
    growth: float


def measure(cdk_out: Path, workload: str, folder: Path, rows: list[bytes], count: int) -> Transformed:
    """Run the job in a process of its own over `count` rows, the given ones again and again."""
    data = folder / "input.csv"
    folder.mkdir(parents=True, exist_ok=True)
    with data.open("wb") as stream:
        for first in range(0, count, len(rows)):
            stream.write(b"".join(rows[: count - first]))
    command = [sys.executable, "-m", "quality.bench.transform", str(cdk_out), workload, str(folder)]
    started = time.monotonic()
    peaks = processes.peaks(command)
    data.unlink()
    half = len(peaks) // 2
    return Transformed(time.monotonic() - started, max(peaks), max(peaks[half:]) / max(peaks[:half]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("assembly", type=Path)
    parser.add_argument("workload")
    parser.add_argument("folder", type=Path, help="holds input.csv")
    arguments = parser.parse_args()
    declared = assembly.load(arguments.assembly)
    storage = Storage(arguments.folder / "s3", declared)
    bucket = declared.resources("AWS::S3::Bucket")[0].name
    storage.upload(arguments.folder / "input.csv", f"s3://{bucket}/bench/in/input.csv")
    job = {
        "ModelName": "bench",
        "BatchStrategy": "MultiRecord",
        "MaxPayloadInMB": 1,
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/bench/in/"}},
            "ContentType": "text/csv",
            "SplitType": "Line",
        },
        "TransformOutput": {
            "S3OutputPath": f"s3://{bucket}/bench/out/",
            "Accept": "application/jsonlines",
            "AssembleWith": "Line",
        },
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
    }
    run_transform_job(
        job,
        model=declared.endpoint(arguments.workload).model,
        storage=storage,
        images=Images.load(),
        folder=arguments.folder / "job",
    )


if __name__ == "__main__":
    main()
