"""Write a new workload from the templates: all of its files, or none where a name or a file is taken."""

import argparse
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory

from stacks.workloads.shared.record import WorkloadError, check_name, workloads

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = Path(__file__).resolve().parent / "templates"
COMMON = "common"
KINDS = sorted({path.name for path in TEMPLATES.iterdir()} - {COMMON})
# What is at this place in a template's path or text is the workload's name.
_IN_PATHS, _SUFFIX = "NAME", ".template"


def main() -> int:
    parser = argparse.ArgumentParser(prog="make workload", description=__doc__)
    parser.add_argument("name", help="letters and digits, such as fraud")
    parser.add_argument("--kind", default="xgboost", choices=KINDS, help="what the model is (%(default)s)")
    arguments = parser.parse_args()
    try:
        written = write(ROOT, rendered(check_name(arguments.name), arguments.kind))
    except (WorkloadError, FileExistsError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    tidy(written)
    subprocess.run(
        [sys.executable, ROOT / "scripts/write_openapi.py", f"predict_{arguments.name}"], check=True
    )
    print(f"wrote {len(written)} files; begin with docs/{arguments.name}.md", file=sys.stderr)
    return 0


def rendered(name: str, kind: str) -> Mapping[str, str]:
    """The texts of a new workload by their paths below the project's folder; raises WorkloadError."""
    if name in [one.name for one in workloads()]:
        raise WorkloadError(f"there is a workload {name} already; choose another name")
    words = {"name": name, "Name": name.capitalize()}
    return {
        str(path.relative_to(folder)).replace(_IN_PATHS, name).removesuffix(_SUFFIX): Template(
            path.read_text(encoding="utf-8")
        ).substitute(words)
        for folder in (TEMPLATES / COMMON, TEMPLATES / kind)
        for path in sorted(folder.rglob(f"*{_SUFFIX}"))
    }


def write(root: Path, texts: Mapping[str, str]) -> list[Path]:
    """Write the texts below `root`; raises FileExistsError, and writes nothing, where a file is there, or a
    test module of the same name anywhere below tests/: pytest imports them by their names alone."""
    modules = {Path(path).name for path in texts if path.startswith("tests/")}
    taken = [path for path in texts if (root / path).exists()] or [
        str(path.relative_to(root)) for path in sorted((root / "tests").rglob("*.py")) if path.name in modules
    ]
    if taken:
        raise FileExistsError(f"{taken[0]} is there already; choose another name, or remove it")
    with TemporaryDirectory(dir=root) as scratch:
        for path, text in texts.items():
            whole = Path(scratch, path)
            whole.parent.mkdir(parents=True, exist_ok=True)
            whole.write_text(text, encoding="utf-8")
        for path in texts:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.move(Path(scratch, path), root / path)
    return [root / path for path in texts]


def tidy(written: list[Path]) -> None:
    """Break lines and sort imports as the formatter does: both depend on the name."""
    modules = [path for path in written if path.suffix == ".py"]
    for command in (["check", "--select", "I", "--fix"], ["format"]):
        subprocess.run([sys.executable, "-m", "ruff", *command, "--quiet", *modules], cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main())
