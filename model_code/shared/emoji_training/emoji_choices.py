"""What is chosen on the validation part: the linear model's weight, and the share from which on an emoji is
recommended."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Shares = NDArray[np.float64]
Labels = NDArray[np.int64]

# Without the network there would be nothing to blend with.
_WEIGHTS = tuple(round(step / 10, 1) for step in range(10))
_RIGHT = 0.5
_DIGITS = 6


class Blend(NamedTuple):
    """The linear model's weight, and the logarithms of the shares that come of it."""

    weight: float
    log_shares: Shares


def log_softmax(logits: Shares) -> Shares:
    """The logarithms of each row's shares."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_shares: Shares = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return log_shares


def blend(network: Shares, linear: Shares | None, labels: Labels) -> Blend:
    """The weight with the least mean log loss, of logits; 0 where the linear model does not help or there is
    none."""
    network = log_softmax(network)
    if linear is None:
        return Blend(0.0, network)
    linear = log_softmax(linear)
    blends = [Blend(weight, log_softmax((1 - weight) * network + weight * linear)) for weight in _WEIGHTS]
    return min(blends, key=lambda one: log_loss(one.log_shares, labels))


def threshold(log_shares: Shares, labels: Labels) -> float:
    """The least best share from which on half or more of the best emojis are right; 1 where there is none."""
    best = np.round(np.exp(log_shares.max(axis=1)), _DIGITS)
    right = log_shares.argmax(axis=1) == labels
    order = np.argsort(-best, kind="stable")
    shares = best[order]
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    # Tweets of one share are recommended together: only the last of them counts.
    is_last = np.append(shares[1:] != shares[:-1], True)
    enough = np.flatnonzero(is_last & (precision >= _RIGHT))
    return float(shares[enough[-1]]) if len(enough) else 1.0


def log_loss(log_shares: Shares, labels: Labels) -> float:
    """The mean negative logarithm of the right emojis' shares."""
    return float(-log_shares[np.arange(len(labels)), labels].mean())


def top(log_shares: Shares, labels: Labels, best: int) -> float:
    """The part of the tweets whose emoji is among the best so many."""
    ranks = np.argsort(-log_shares, axis=1, kind="stable")[:, :best]
    return float((ranks == labels[:, None]).any(axis=1).mean())
