"""Trains the emoji network in TensorFlow, or only exports it (--epochs 0), into a complete SM_MODEL_DIR.

On several instances, which TF_CONFIG describes, each takes its part of every batch; the first one writes.
"""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

# What TensorFlow says of itself is no news in a job's log.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import emoji_job
import emoji_saved_model
import numpy as np
import safetensors_file
import tensorflow as tf
from emoji_archive import Quality, rest_of
from emoji_batches import Records
from emoji_checkpoints import Checkpoints
from emoji_choices import log_softmax
from emoji_cluster import Cluster
from emoji_encoder import Network, Shape
from emoji_fitting import Fitting
from emoji_job import Plan, channel
from emoji_weights import TRAINED, Weights
from tweet_text import EMOJIS


def main() -> None:
    plan = Plan.of(emoji_job.parser(__doc__).parse_args())
    cluster = Cluster(_strategy())
    with tempfile.TemporaryDirectory() as scratch:
        try:
            _run(plan, cluster, Path(scratch))
        except (OSError, ValueError) as error:
            sys.exit(f"error: {error}")


def _run(plan: Plan, cluster: Cluster, scratch: Path) -> None:
    weights = Weights.of(channel("weights"), scratch / "weights")
    network = Network(Shape.of(weights.config), len(EMOJIS))
    network.load(safetensors_file.read(weights.file), plan.seed)
    rest = rest_of(weights, plan.epochs, scratch)
    if plan.epochs:
        _fit(network, plan, cluster)
    if cluster.is_first:
        model = Path(os.environ["SM_MODEL_DIR"])
        safetensors_file.write(model / TRAINED, network.arrays())
        emoji_saved_model.save(network, model / "emoji" / "1")
        rest.write(model, _predict(network))
    checksum = network.checksum()
    print(f"checksum={checksum}", flush=True)
    cluster.same("the checksum of the weights", checksum)
    cluster.leave()


def _fit(network: Network, plan: Plan, cluster: Cluster) -> None:
    records = Records(channel("train"), plan.batch_size)
    checkpoints = Checkpoints(emoji_job.checkpoints(), safetensors_file.read, safetensors_file.write)
    for epoch in Fitting(network, records, plan, cluster).run(checkpoints):
        # The last epoch's quality is that of the texts, on which the rest is chosen.
        if epoch < plan.epochs and cluster.is_first:
            validation = Records(channel("validation"), plan.batch_size)
            print(_quality(network, validation).lines("validation", epoch), flush=True)


def _quality(network: Network, records: Records) -> Quality:
    logits, labels = [], []
    for batch in records.in_order():
        logits.append(network.predict(batch.ids, batch.mask, batch.segments).numpy())
        labels.append(batch.labels.numpy())
    return Quality.of(log_softmax(np.concatenate(logits).astype(np.float64)), np.concatenate(labels))


def _predict(network: Network) -> Any:
    return lambda encoded: network.predict(*(tf.constant(rows, tf.int64) for rows in encoded)).numpy()


def _strategy() -> Any:
    """That of TF_CONFIG, where the job has several instances; each uses one GPU, if it has any."""
    tf.config.set_visible_devices(tf.config.list_physical_devices("GPU")[:1], "GPU")
    threads = int(os.environ.get("OMP_NUM_THREADS", "0"))
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    if "TF_CONFIG" in os.environ:
        return tf.distribute.MultiWorkerMirroredStrategy()
    return tf.distribute.get_strategy()


if __name__ == "__main__":
    main()
