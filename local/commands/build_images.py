"""`build-images`: build our own images by a container engine."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from assembly.errors import UsageError
from local.commands.options import Subparsers, add_command, in_help
from local.containers.engine import BUILDERS, RUNNERS, Engine, tag_of
from local.containers.images import Image, Images
from local.errors import EngineError
from local.terminal.console import print_table

_DESCRIPTION = """\
Build each image of versions.toml that has a source, or those that are named, with podman, docker or buildah,
and write its software bill of materials (CycloneDX, from its lock) to build/sbom/. The tag is
localhost/slipway-IMAGE:latest.

--base is the base image: a digest from a registry, or offline one built by scripts/engine_base.
"""
_EPILOG = f"""\
examples:
  {in_help("build-images")} --base python@sha256:...
  {in_help("serve")} --engine podman         then runs what was built
"""
# The kept generator of CycloneDX documents, run in an environment of its own.
_SBOM = ("uv", "tool", "run", "--quiet", "--from", "cyclonedx-bom==7.5.0", "cyclonedx-py")


def add_parser(subparsers: Subparsers) -> None:
    parser = add_command(subparsers, __doc__, run, _DESCRIPTION, _EPILOG)
    parser.add_argument("images", nargs="*", metavar="IMAGE", help="images to include (default: all)")
    parser.add_argument("--base", help="the base image (default: the Dockerfile's)")
    parser.add_argument("--engine", choices=BUILDERS, help="default: the first that works here")


def run(arguments: argparse.Namespace) -> int:
    images = _chosen(arguments.images)
    engine = Engine.find(arguments.engine, among=BUILDERS)
    rows = []
    for image in images:
        started = time.monotonic()
        with _context(image) as context:
            engine.build(image, context, arguments.base)
        sbom = _write_sbom(image)
        size = f"{engine.size(tag_of(image)) / 1e6:.0f}" if engine.name in RUNNERS else "-"
        rows.append((tag_of(image), engine.name, size, f"{time.monotonic() - started:.1f}", str(sbom)))
    print_table(("image", "engine", "MB", "seconds", "sbom"), rows)
    return 0


def _chosen(names: Sequence[str]) -> list[Image]:
    built = {image.name: image for image in Images.load().built_here()}
    if unknown := [name for name in names if name not in built]:
        raise UsageError(f"no image {unknown[0]} is built here; expected {', '.join(built)}")
    return [built[name] for name in names] or [*built.values()]


@contextmanager
def _context(image: Image) -> Iterator[Path]:
    """A folder with what the image is built from: the one that the stacks give to CodeBuild."""
    program = str(Path(__file__).absolute().parents[2] / "scripts" / "image_context.py")
    with TemporaryDirectory() as folder:
        done = subprocess.run([sys.executable, program, str(image.source), folder], check=False)
        if done.returncode != 0:
            raise EngineError(f"what {image.name} is built from is not complete; see its output above")
        yield Path(folder)


def _write_sbom(image: Image) -> Path:
    """The components of an image's lock, the same bytes for the same lock."""
    path = Path("build") / "sbom" / f"{image.name}.cdx.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = Path(str(image.source)) / "requirements.txt"
    print(f"writing {path}", file=sys.stderr, flush=True)
    done = subprocess.run(
        [*_SBOM, "requirements", "--output-reproducible", "--of", "JSON", "-o", str(path), str(lock)],
        env={**os.environ, "UV_PYTHON": sys.executable},
        check=False,
    )
    if done.returncode != 0:
        raise EngineError(f"`{' '.join(_SBOM)}` could not describe {lock}; see its output above")
    return path
