"""Of what a serving stack's model is made: of what was trained here, or of a release."""

import gzip
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from aws_cdk import Annotations, Stack
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.constructs.model.image import ReleasedImage
from stacks.constructs.model.inference_pipeline import Container, ModelData
from stacks.constructs.storage.artifact import ModelArchive, ReleasedArchive
from stacks.constructs.storage.baseline import FILES as BASELINE
from stacks.constructs.storage.baseline import Baseline, DeclareBaseline
from stacks.settings import ROOT, Settings
from stacks.workloads.shared.missing import leave_empty
from stacks.workloads.shared.older_scripts import warn_of_older_scripts
from stacks.workloads.shared.release import Release, ReleasedContainer, ReleaseError


@dataclass(frozen=True)
class ServedModel:
    """The containers in their order, the archive of each by its hostname, and what the data were like that
    they were trained on, where that was written down."""

    containers: Sequence[Container]
    model_data: Mapping[str, ModelData]
    baseline: DeclareBaseline | None = None


def served_hostnames(settings: Settings, workload: str) -> Sequence[str]:
    """The containers of the model that `served_model` would take, for a workload whose training decides which
    these are; raises ReleaseError for a release that is not approved."""
    if settings.artifact_source == "release":
        release = Release.read(settings.releases_folder / f"{workload}.json", workload=workload)
        if release is not None:
            return [one.hostname for one in release.containers]
    return sorted(path.parent.name for path in (settings.artifacts_folder / workload).glob("*/model.tar.gz"))


def served_model(
    stack: Stack,
    settings: Settings,
    *,
    workload: str,
    containers: Sequence[Container],
    key: kms.IKey,
    variant: str = "",
) -> ServedModel | None:
    """What the setting `artifact_source` says: the workload's release, or the archives that training left.

    Where the release is missing, the archives stand in for it, so that the stack can be checked and tried,
    and an error annotation keeps it from being deployed; so it does in prod for a release of a local
    registry. Without archives the stack has such an annotation, and no model or, where the setting
    `untrained` says so, one of archives without a model. `key` encrypts what pipelines write. A `variant` of
    the workload's model is trained with it, and released by itself.

    Raises ReleaseError for a release that is not approved or has other containers.
    """
    if settings.artifact_source == "release":
        released = f"{workload}-{variant}" if variant else workload
        file = f"{released}.json"
        release = Release.read(settings.releases_folder / file, workload=released)
        if release is None:
            Annotations.of(stack).add_error(
                f"no release in {settings.releases}/{file}: approve a version, then run "
                f"`make release WORKLOAD={released} VERSION=n`"
            )
        elif served := _released(stack, settings, release, containers, key):
            return served
    return _trained(stack, settings, workload, containers)


def _released(
    stack: Stack, settings: Settings, release: Release, containers: Sequence[Container], key: kms.IKey
) -> ServedModel | None:
    """The release's model; None, with an error annotation, where its archives are not within reach."""
    name = f"version {release.version} of {release.workload}"
    released = release.containers
    expected = [container.hostname for container in containers]
    found = [container.hostname for container in released]
    if found != expected:
        raise ReleaseError(f"{name} has the containers {', '.join(found)}, not {', '.join(expected)}")
    if release.registry == "aws":
        hops = [Container(one.hostname, ReleasedImage(one.image), one.environment) for one in released]
        released_archives = {one.hostname: ReleasedArchive(one.model_data_url, key) for one in released}
        known = release.baseline
        urls = (known.statistics, known.constraints) if known else None
        baseline = partial(Baseline.of_urls, urls=urls, key=key) if urls else None
        return ServedModel(hops, released_archives, baseline)
    if settings.env == "prod":
        Annotations.of(stack).add_error(f"{name} is of a registry on a local disk: release one of AWS")
    if missing := [one.hostname for one in released if not _is_on_disk(one)]:
        Annotations.of(stack).add_error(f"{name} is not on this disk as released: {', '.join(missing)}")
        return None
    # What was registered on a laptop names images of its environment, in no account: they are the tree's.
    hops = [replace(hop, environment=one.environment) for hop, one in zip(containers, released, strict=True)]
    paths = {hop.archive: ROOT / one.model_data_url for hop, one in zip(hops, released, strict=True)}
    archives = {archive: _archive(stack, release.workload, archive, path) for archive, path in paths.items()}
    return ServedModel(hops, _by_hostname(hops, archives), _released_baseline(release))


def _by_hostname(containers: Sequence[Container], archives: Mapping[str, ModelData]) -> dict[str, ModelData]:
    return {one.hostname: archives[one.archive] for one in containers}


def _released_baseline(release: Release) -> DeclareBaseline | None:
    if release.baseline is None:
        return None
    paths = [ROOT / path for path in (release.baseline.statistics, release.baseline.constraints)]
    return _on_disk(paths, release.workload)


def _on_disk(paths: Sequence[Path], workload: str) -> DeclareBaseline | None:
    """What declares the documents at these paths; None unless all are there."""
    there = all(path.is_file() for path in paths)
    return partial(Baseline.of_paths, paths=paths, model=workload) if there else None


def _is_on_disk(container: ReleasedContainer) -> bool:
    path = ROOT / container.model_data_url
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == container.digest


def _trained(
    stack: Stack, settings: Settings, workload: str, containers: Sequence[Container]
) -> ServedModel | None:
    folder = settings.artifacts_folder / workload
    paths = {one.archive: folder / one.archive / "model.tar.gz" for one in containers}
    if missing := [one.hostname for one in containers if not paths[one.archive].is_file()]:
        place = f"{settings.artifacts}/{workload}"
        error = f"no trained {', '.join(missing)} in {place}: run `make train WORKLOAD={workload}`"
        if settings.untrained == "left-out":
            leave_empty(stack, workload, error)
            return None
        Annotations.of(stack).add_error(error)
    for archive, path in paths.items():
        if path.is_file():
            warn_of_older_scripts(stack, workload, archive, path)
    archives = {
        archive: _archive(stack, folder.name, archive, path)
        if path.is_file()
        else _placeholder(stack, folder.name, archive)
        for archive, path in paths.items()
    }
    baseline = _on_disk([folder / "baseline" / f"{name}.json" for name in BASELINE], workload)
    if baseline is None and settings.untrained == "placeholder":
        baseline = partial(_placeholder_baseline, workload=workload)
    return ServedModel(containers, _by_hostname(containers, archives), baseline)


def _placeholder_baseline(scope: Construct, workload: str) -> Baseline:
    with TemporaryDirectory() as scratch:
        paths = [Path(scratch, f"{name}.json") for name in BASELINE]
        for path in paths:
            path.write_text(f'{{"of": "{workload}/{path.stem}"}}\n', encoding="utf-8")
        return Baseline.of_paths(scope, paths=paths, model=workload)


def _placeholder(stack: Stack, workload: str, hostname: str) -> ModelArchive:
    """An archive without a model that is published as a trained one would be."""
    with TemporaryDirectory() as scratch:
        archive = Path(scratch, "model.tar.gz")
        # Not empty: assets of one content would be one asset, with one name in a review.
        archive.write_bytes(gzip.compress(f"{workload}/{hostname}".encode(), mtime=0))
        return _archive(stack, workload, hostname, archive)


def _archive(stack: Stack, workload: str, hostname: str, path: Path) -> ModelArchive:
    return ModelArchive(stack, f"{hostname.capitalize()}Archive", path=path, model=f"{workload}/{hostname}")
