"""Changed contents in words: whose code changed and in which files, which models were trained again."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from assembly.assets import Asset
from assembly.markdown import code, codes
from review.contents import file_changes
from review.differences import Path
from review.property_names import step_of
from review.stack_changes import ContentChange
from review.values import Content

_MOST_FILES = 6
_KINDS = {"lambda": "code", "model_code": "source", "containers": "source"}


class Assets(NamedTuple):
    """The assets of both assemblies by their hashes."""

    old: Mapping[str, Asset]
    new: Mapping[str, Asset]


def content_lines(changes: Sequence[ContentChange], assets: Assets) -> list[str]:
    """A line for each changed content with its users, and one for all trained archives of a workload."""
    lines = []
    retrained: dict[str, list[str]] = {}
    for one in changes:
        if archive := _archive(one.new.name):
            retrained.setdefault(archive[0], []).append(archive[1])
        else:
            users = ", ".join(_user(path, places) for path, places in one.users.items())
            lines.append(f"- {_sentence(one.old, one.new, assets)}; used by {users}")
    for workload, hostnames in sorted(retrained.items()):
        lines.append(f"- model archives of {code(workload)} retrained: {codes(hostnames)}")
    return lines


def content_name(content: Content) -> str:
    """What a reviewer calls the content."""
    archive = _archive(content.name)
    return f"model archive {'/'.join(archive)}" if archive else content.name


def _user(path: str, places: Sequence[Path]) -> str:
    steps = dict.fromkeys(step for place in places if (step := step_of(place)))
    return f"{code(path)} (step {codes(steps)})" if steps else code(path)


def _sentence(old: Content, new: Content, assets: Assets) -> str:
    if new.name.startswith("image "):
        name = new.name.removeprefix("image ")
        return f"image {code(name)} has other sources (tag {code(old.hash)} → {code(new.hash)})"
    kind = _KINDS.get(new.name.partition("/")[0], "content")
    sentence = f"{kind} of {code(new.name)} changed"
    if old.hash not in assets.old or new.hash not in assets.new:
        return sentence
    files = [str(one) for one in file_changes(assets.old[old.hash].path, assets.new[new.hash].path)]
    more = f" and {len(files) - _MOST_FILES} more files" if len(files) > _MOST_FILES else ""
    return f"{sentence}: {codes(files[:_MOST_FILES])}{more}" if files else sentence


def _archive(name: str) -> tuple[str, str] | None:
    """Workload and container, from an asset's name such as `artifacts/churn/pca/model.tar.gz`."""
    parts = name.split("/")
    return (parts[-3], parts[-2]) if len(parts) > 2 and parts[-1] == "model.tar.gz" else None
