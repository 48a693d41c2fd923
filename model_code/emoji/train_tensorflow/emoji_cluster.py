"""The instances of a training job, which add up numbers and end together."""

import socket
import time
from typing import Any

import tensorflow as tf
from emoji_batches import WHOLE, Share

# Seconds.
_LOOK = 0.1
_CONNECT = 5


class Cluster:
    """The instances of the job, as TF_CONFIG has them; a strategy for one where there is none."""

    def __init__(self, strategy: Any) -> None:
        self.strategy = strategy
        resolver = strategy.cluster_resolver
        #: Where the instances listen, in their order.
        self._addresses = resolver.cluster_spec().as_dict().get("worker", []) if resolver else []
        self.share = Share(resolver.task_id, len(self._addresses)) if self._addresses else WHOLE

    @property
    def is_first(self) -> bool:
        return self.share.first == 0

    def same(self, what: str, value: int) -> None:
        """Wait for all instances; raises RuntimeError unless all have the same number, of 31 bits."""
        sums = self._sum(float(value & 0xFFFF), float(value >> 16))
        own = [float(value & 0xFFFF) * self.share.instances, float(value >> 16) * self.share.instances]
        if sums != own:
            raise RuntimeError(f"expected {what} to be the same on every instance, got {value} on this one")

    def leave(self) -> None:
        """What an instance does last: the first one, which coordinates, waits until the others have ended.

        What they still ask of it would fail otherwise, and they with it.
        """
        for address in self._addresses[1:] if self.is_first else ():
            while _listens(address):
                time.sleep(_LOOK)

    def _sum(self, *values: float) -> list[float]:
        def reduced() -> Any:
            context = tf.distribute.get_replica_context()
            return context.all_reduce(tf.distribute.ReduceOp.SUM, [tf.constant(one) for one in values])

        return [float(one) for one in tf.function(lambda: self.strategy.run(reduced))()]


def _listens(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=_CONNECT).close()
    except OSError:
        return False
    return True
