"""Archives whose scripts are older than the tree's."""

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from aws_cdk import App, Stack

from assembly.manifest import read_stacks
from stacks.settings import ROOT
from stacks.workloads.shared.older_scripts import older_scripts, warn_of_older_scripts


def packed(path: Path, files: Mapping[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    folder = tmp_path / "model_code"
    (folder / "pca").mkdir(parents=True)
    (folder / "pca" / "inference.py").write_bytes(b"answer = 1\n")
    (folder / "pca" / "rows.py").write_bytes(b"rows = 2\n")
    return folder


CURRENT = {"code/inference.py": b"answer = 1\n", "code/rows.py": b"rows = 2\n"}


@pytest.mark.parametrize(
    ("files", "older"),
    [
        (CURRENT, []),
        ({"code/inference.py": b"answer = 0\n", "parameters.json": b"{}"}, ["inference.py"]),
        ({"code/gone.py": b"gone = 1\n", "code/rows.py": b"rows = 2\n"}, ["gone.py"]),
        ({"a.json": b"{}", **CURRENT, "code/rows.py": b"rows = 3\n"}, ["rows.py"]),
        ({"xgboost-model": b"\0" * 64}, []),
    ],
    ids=["as in the tree", "changed", "renamed", "behind another file", "no scripts"],
)
def test_a_script_is_older_where_no_file_of_its_name_has_its_bytes(
    tmp_path: Path, scripts: Path, files: Mapping[str, bytes], older: list[str]
) -> None:
    assert older_scripts(packed(tmp_path / "model.tar.gz", files), [scripts]) == older


def test_what_follows_the_scripts_is_not_read(tmp_path: Path, scripts: Path) -> None:
    weights = packed(
        tmp_path / "model.tar.gz", {"code/inference.py": b"answer = 0\n", "weights": bytes(2**20)}
    )
    content = weights.read_bytes()
    weights.write_bytes(content[: len(content) - 200])
    assert older_scripts(weights, [scripts]) == ["inference.py"]


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b\x08\x00broken"])
def test_what_is_no_archive_has_no_older_scripts(tmp_path: Path, scripts: Path, content: bytes) -> None:
    (tmp_path / "model.tar.gz").write_bytes(content)
    assert older_scripts(tmp_path / "model.tar.gz", [scripts]) == []


def test_whoever_reads_the_assembly_is_told_what_to_run(tmp_path: Path) -> None:
    app = App(outdir=str(tmp_path / "out"))
    stack = Stack(app, "Serving")
    script = (ROOT / "model_code" / "churn" / "pca" / "inference.py").read_bytes()
    same = packed(tmp_path / "same.tar.gz", {"code/inference.py": script})
    older = packed(tmp_path / "older.tar.gz", {"code/inference.py": b"# of last year\n"})
    warn_of_older_scripts(stack, "churn", "preprocess", same)
    warn_of_older_scripts(stack, "churn", "pca", older)
    (artifact,) = read_stacks(Path(app.synth().directory))
    assert artifact.older_scripts == (
        "churn: pca was trained with another inference.py than model_code/ has; "
        "run `make train WORKLOAD=churn`",
    )
