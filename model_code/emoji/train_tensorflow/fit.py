"""Trains the emoji network in TensorFlow, or only exports it (--epochs 0), into a complete SM_MODEL_DIR.

On several instances, which TF_CONFIG describes, each takes its part of every batch; the first one writes.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

# What TensorFlow says of itself is no news in a job's log.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import emoji_saved_model
import numpy as np
import safetensors_file
import tensorflow as tf
from emoji_archive import Quality, complete, take_over
from emoji_batches import Records
from emoji_checkpoints import Checkpoints
from emoji_choices import log_softmax
from emoji_encoder import Network, Shape
from emoji_fitting import Cluster, Fitting, Plan
from emoji_weights import TRAINED, Weights, linear_of
from tweet_text import EMOJIS

ALL = "all"


def main() -> None:
    arguments = _arguments()
    cluster = Cluster(_strategy())
    with tempfile.TemporaryDirectory() as scratch:
        try:
            _run(arguments, cluster, Path(scratch))
        except (OSError, ValueError) as error:
            sys.exit(f"error: {error}")


def _run(arguments: argparse.Namespace, cluster: Cluster, scratch: Path) -> None:
    weights = Weights.of(_channel("weights"), scratch / "weights")
    network = Network(Shape.of(weights.config), len(EMOJIS))
    network.load(safetensors_file.read(weights.file), arguments.seed)
    if arguments.epochs:
        _fit(network, arguments, cluster)
    if cluster.is_first:
        model = Path(os.environ["SM_MODEL_DIR"])
        safetensors_file.write(model / TRAINED, network.arrays())
        emoji_saved_model.save(network, model / "emoji" / "1")
        if weights.trained and not arguments.epochs:
            take_over(model, weights)
        else:
            linear = linear_of(_optional_channel("linear"), scratch / "linear")
            found = complete(model, weights, linear, _channel("texts"), _predict(network))
            print(found.network.lines("validation", arguments.epochs))
            print(found.whole.lines("blended", arguments.epochs), flush=True)
    # Nobody leaves before all have done their part.
    checksum = network.checksum()
    print(f"checksum={checksum}", flush=True)
    cluster.same("the checksum of the weights", checksum)


def _fit(network: Network, arguments: argparse.Namespace, cluster: Cluster) -> None:
    plan = Plan(
        epochs=arguments.epochs,
        most_steps=arguments.max_steps,
        learning_rate=arguments.learning_rate,
        last_layers=arguments.trained_layers,
        dropout=arguments.dropout,
        seed=arguments.seed,
        checkpoint_steps=arguments.checkpoint_steps,
    )
    records = Records(_channel("train"), arguments.batch_size)
    checkpoints = Checkpoints(Path(os.environ["SM_INPUT_DIR"]).with_name("checkpoints"))
    for epoch in Fitting(network, records, plan, cluster).run(checkpoints):
        # The last epoch's quality is that of the texts, on which the rest is chosen.
        if epoch < arguments.epochs and cluster.is_first:
            validation = Records(_channel("validation"), arguments.batch_size)
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
    """That of TF_CONFIG, where the job has several instances."""
    threads = int(os.environ.get("OMP_NUM_THREADS", "0"))
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    if "TF_CONFIG" in os.environ:
        return tf.distribute.MultiWorkerMirroredStrategy()
    return tf.distribute.get_strategy()


def _channel(name: str) -> Path:
    folder = _optional_channel(name)
    if folder is None:
        raise ValueError(f"expected a channel {name}; the job has {os.environ.get('SM_CHANNELS', 'none')}")
    return folder


def _optional_channel(name: str) -> Path | None:
    folder = os.environ.get(f"SM_CHANNEL_{name.upper()}")
    return Path(folder) if folder else None


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--epochs", type=_whole, default=1, help="passes over the records; 0 only exports")
    parser.add_argument("--max_steps", type=_whole, default=0, help="most batches; 0 for no limit")
    parser.add_argument("--batch_size", type=_positive, default=128, help="tweets of all instances together")
    parser.add_argument("--learning_rate", type=float, default=2e-4, help="the highest")
    parser.add_argument("--trained_layers", type=_layers, default=None, help=f"{ALL}, or so many last ones")
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--checkpoint_steps", type=_positive, default=200, help="batches between checkpoints")
    parser.add_argument("--seed", type=_whole, default=1729)
    # The SDK's estimators add it; the model goes to SM_MODEL_DIR.
    parser.add_argument("--model_dir", help=argparse.SUPPRESS)
    return parser.parse_args()


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


def _layers(text: str) -> int | None:
    return None if text == ALL else _whole(text)


if __name__ == "__main__":
    main()
