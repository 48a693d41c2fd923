"""A job's files are at their places whole, or not at all."""

from pathlib import Path

import pytest
from model_scripts import load

job_files = load("shared/job/job_files")


def test_a_file_is_there_once_all_of_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "deeper" / "a.csv"
    with job_files.writing(path) as stream:
        stream.write(b"1\n")
        assert not path.exists()

    assert path.read_bytes() == b"1\n"
    assert [*path.parent.iterdir()] == [path]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_after_an_exception_there_is_what_was_there_before(
    tmp_path: Path, error: type[BaseException]
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"before")
    with pytest.raises(error), job_files.writing(path) as stream:
        stream.write(b"half")
        raise error

    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("a.csv", b"before")]
