"""Which channels a training job may have, refused as the managed images refuse them."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from built_in.hyperparameters import Refused

Channel = Mapping[str, Any]


def validate(
    channels: Mapping[str, Channel],
    *,
    required: Collection[str],
    optional: Collection[str] = (),
    check: Callable[[str, Channel], None],
) -> None:
    """Refuse a job without a required channel, and one with a channel that is neither required nor optional;
    `check` gets the name and the configuration of each other one, and refuses what is wrong with it."""
    for name in required:
        if name not in channels:
            raise Refused(f"Missing required channel: {name}")
    for name, channel in channels.items():
        if name not in required and name not in optional:
            raise Refused(f"Extraneous channel found: {name}")
        check(name, channel)


def input_mode(channel: Channel) -> str:
    """The TrainingInputMode, which is File where none is given."""
    return str(channel.get("TrainingInputMode", "File"))


def refuse_pipe(name: str, channel: Channel) -> None:
    """Refuse every TrainingInputMode but File, which is all that the stand-ins read."""
    mode = input_mode(channel)
    if mode != "File":
        raise Refused(
            f"The stand-in does not take TrainingInputMode {mode}, which channel '{name}' has; "
            "the managed image does. Use File."
        )
