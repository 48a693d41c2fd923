"""Fitting the network to records, on one instance or several that each take a part of every batch."""

from collections.abc import Iterator
from typing import Any

import tensorflow as tf
from emoji_batches import Batch, Records
from emoji_checkpoints import Checkpoints
from emoji_cluster import Cluster
from emoji_encoder import Drop, Network, as_it_is
from emoji_job import Plan
from emoji_optimizer import AdamW
from safetensors_file import Arrays

# Steps between two lines of the loss.
_REPORTED = 10


class Fitting:
    """A network in training."""

    def __init__(self, network: Network, records: Records, plan: Plan, cluster: Cluster) -> None:
        self._network = network
        self._records = records
        self._plan = plan
        self._cluster = cluster
        self._trained = network.trained(plan.trained_layers)
        self._optimizer = AdamW(self._trained)
        self._step = tf.function(self._one_step, reduce_retracing=True)
        self.steps = plan.steps(records.batches)

    def run(self, checkpoints: Checkpoints) -> Iterator[int]:
        """Train, from the last checkpoint on, and print the loss; gives the number of each epoch that is
        done, the last one's when the steps are."""
        done = self._resume(checkpoints)
        self._cluster.same("the number of records", self._records.count)
        self._cluster.same("the step of the last checkpoint", done)
        losses: list[float] = []
        while done < self.steps:
            epoch, skip = divmod(done, self._records.batches)
            batches = self._records.epoch(self._plan.seed + epoch, self._cluster.share, skip)
            for batch in batches.take(self.steps - done):
                rate = self._plan.rate(done, self.steps)
                done += 1
                losses.append(float(self._step(batch, tf.constant(rate), tf.constant(done))))
                if done % _REPORTED == 0 or done == self.steps:
                    print(f"train_loss={sum(losses) / len(losses):.4f} step={done}", flush=True)
                    losses.clear()
                if done % self._plan.checkpoint_steps == 0 and done < self.steps and self._cluster.is_first:
                    checkpoints.save(done, self._network.arrays() | self._optimizer.arrays())
            yield epoch + 1

    def _resume(self, checkpoints: Checkpoints) -> int:
        done = checkpoints.resume(self._take)
        if done:
            print(f"resumed step={done}", flush=True)
        return done

    def _take(self, done: int, arrays: Arrays) -> None:
        self._network.load(arrays, self._plan.seed)
        self._optimizer.load(arrays)

    def _one_step(self, batch: Batch, rate: Any, step: Any) -> Any:
        """The mean loss of the whole batch, of which this instance has a part."""

        def summed() -> Any:
            with tf.GradientTape() as tape:
                logits = self._network(batch.ids, batch.mask, batch.segments, self._dropout(batch, step))
                each = tf.nn.sparse_softmax_cross_entropy_with_logits(batch.labels, logits)
                loss = tf.reduce_sum(each) / tf.cast(batch.whole, tf.float32)
            variables = list(self._trained.values())
            gradients = [tf.convert_to_tensor(one) for one in tape.gradient(loss, variables)]
            context = tf.distribute.get_replica_context()
            return context.all_reduce(tf.distribute.ReduceOp.SUM, [loss, *gradients])

        loss, *gradients = self._cluster.strategy.run(summed)
        self._optimizer.apply(gradients, rate, tf.cast(step, tf.float32))
        return loss

    def _dropout(self, batch: Batch, step: Any) -> Drop:
        """Dropout of which seed and step decide for the whole batch: each instance takes its part."""
        rate, share = self._plan.dropout, self._cluster.share
        if rate == 0:
            return as_it_is

        def drop(means: Any) -> Any:
            shape = tf.stack([batch.whole, tf.shape(means)[1]])
            noise = tf.random.stateless_uniform(shape, tf.stack([tf.constant(self._plan.seed), step]))
            kept = noise[share.first :: share.instances] >= rate
            return means * tf.cast(kept, means.dtype) / (1 - rate)

        return drop
