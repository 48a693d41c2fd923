"""Every parser, by its name."""

from collections.abc import Mapping

from fuzz.target import Target
from fuzz.targets import api, files, hops, images, runner

TARGETS: Mapping[str, Target] = {
    target.name: target for room in (api, hops, images, runner, files) for target in room.TARGETS
}
