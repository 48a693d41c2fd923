"""What a job that trains the emoji network is told, the same for each framework."""

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

ALL = "all"
_WARM_UP = 0.1


@dataclass(frozen=True)
class Plan:
    """How long and how fast to train, and how many of the last layers (None: everything)."""

    epochs: int
    max_steps: int
    batch_size: int
    learning_rate: float
    trained_layers: int | None
    dropout: float
    seed: int
    checkpoint_steps: int

    @classmethod
    def of(cls, arguments: argparse.Namespace) -> "Plan":
        """The plan of `parser`'s arguments."""
        return cls(**{name: getattr(arguments, name) for name in cls.__dataclass_fields__})

    def steps(self, batches: int) -> int:
        """The batches of the whole training, of which an epoch has so many."""
        steps = self.epochs * batches
        return min(steps, self.max_steps) if self.max_steps else steps

    def rate(self, step: int, steps: int) -> float:
        """The learning rate of a step, from 0 on, of so many: it rises for a tenth of them, then falls to
        zero, linearly."""
        warm_up = max(1, round(steps * _WARM_UP))
        if step < warm_up:
            return self.learning_rate * (step + 1) / warm_up
        return self.learning_rate * (steps - step) / max(1, steps - warm_up)


def parser(description: str | None) -> argparse.ArgumentParser:
    """The hyperparameters as a script gets them."""
    found = argparse.ArgumentParser(description=(description or "").split("\n\n", maxsplit=1)[0])
    found.add_argument("--epochs", type=_whole, default=1, help="passes over the records; 0 only exports")
    found.add_argument("--max_steps", type=_whole, default=0, help="most batches; 0 for no limit")
    found.add_argument("--batch_size", type=_positive, default=128, help="tweets of all instances together")
    found.add_argument("--learning_rate", type=_rate, default=2e-4, help="the highest")
    found.add_argument("--trained_layers", type=_layers, default=None, help=f"{ALL}, or so many last ones")
    found.add_argument("--dropout", type=_share, default=0.1, help="before the head, from 0 to below 1")
    found.add_argument("--checkpoint_steps", type=_positive, default=200, help="batches between checkpoints")
    found.add_argument("--seed", type=_whole, default=1729)
    # The SDK's estimators add it; the model goes to SM_MODEL_DIR.
    found.add_argument("--model_dir", help=argparse.SUPPRESS)
    return found


def channel(name: str) -> Path:
    """The folder of a channel; refuses (ValueError) one that the job does not have."""
    folder = optional_channel(name)
    if folder is None:
        raise ValueError(f"expected a channel {name}; the job has {os.environ.get('SM_CHANNELS', 'none')}")
    return folder


def optional_channel(name: str) -> Path | None:
    """The folder of a channel, None where the job does not have it."""
    folder = os.environ.get(f"SM_CHANNEL_{name.upper()}")
    return Path(folder) if folder else None


def checkpoints() -> Path:
    """The folder that SageMaker keeps while a job is interrupted."""
    return Path(os.environ["SM_INPUT_DIR"]).with_name("checkpoints")


def _whole(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"expected 0 or more, got {number}")
    return number


def _positive(text: str) -> int:
    number = _whole(text)
    if not number:
        raise argparse.ArgumentTypeError("expected 1 or more, got 0")
    return number


def _rate(text: str) -> float:
    number = float(text)
    if not 0 < number <= 1:
        raise argparse.ArgumentTypeError(f"expected a number above 0, at most 1, got {number:g}")
    return number


def _share(text: str) -> float:
    number = float(text)
    if not 0 <= number < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to below 1, got {number:g}")
    return number


def _layers(text: str) -> int | None:
    return None if text == ALL else _whole(text)
