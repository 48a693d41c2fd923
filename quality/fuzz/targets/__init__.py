"""Every target, by its name."""

from collections.abc import Mapping

from quality.fuzz.target import Target
from quality.fuzz.targets import files, functions, headers, hops, images, runner, tables

TARGETS: Mapping[str, Target] = {
    target.name: target
    for room in (functions, headers, hops, tables, images, runner, files)
    for target in room.TARGETS
}
