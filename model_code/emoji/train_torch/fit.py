"""Trains the emoji network in torch, or only exports it (--epochs 0), into a complete SM_MODEL_DIR.

On several instances each takes its part of every batch; the first one writes.
"""

import os
import sys
import tempfile
from pathlib import Path

# What a model is lies in its channels; an isolated container reaches nothing else.
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import emoji_job
import numpy as np
import torch
import torch_files
import torch_precision
from emoji_answer import Encoded
from emoji_archive import Quality, Rest, rest_of
from emoji_checkpoints import Checkpoints
from emoji_choices import log_softmax
from emoji_job import Plan, channel
from emoji_weights import TRAINED, Weights
from torch_cluster import Cluster
from torch_fitting import Fitting, Resources
from torch_network import Network
from torch_records import Records
from tweet_text import EMOJIS


def main() -> None:
    parser = emoji_job.parser(__doc__)
    parser.add_argument("--precision", choices=torch_precision.PRECISIONS, default=torch_precision.AUTO)
    arguments = parser.parse_args()
    plan = Plan.of(arguments)
    cluster = Cluster.of(os.environ)
    with tempfile.TemporaryDirectory() as scratch:
        try:
            _run(plan, arguments.precision, cluster, Path(scratch))
        except (OSError, ValueError) as error:
            sys.exit(f"error: {error}")


def _run(plan: Plan, precision: str, cluster: Cluster, scratch: Path) -> None:
    weights = Weights.of(channel("weights"), scratch / "weights")
    network = Network(weights.config, len(EMOJIS))
    network.load(torch_files.read(weights.file), plan.seed)
    rest = rest_of(weights, plan.epochs, scratch)
    if plan.epochs:
        # Before the instances meet: what one of them lacks is then its own failure alone.
        records = Records(channel("train"), least=cluster.size)
        with cluster.joined(os.environ):
            _fit(network.to(cluster.device), records, plan, precision, cluster)
    if cluster.is_first:
        _write(network, rest)


def _fit(network: Network, records: Records, plan: Plan, precision: str, cluster: Cluster) -> None:
    bfloat16 = bool(cluster.of_first(torch_precision.chosen(precision, cluster.device)))
    print(f"precision={torch_precision.BFLOAT16 if bfloat16 else torch_precision.FLOAT32}", flush=True)
    resources = Resources(cluster, bfloat16)
    checkpoints = Checkpoints(emoji_job.checkpoints(), torch_files.read, torch_files.write)
    for epoch in Fitting(network, records, plan, resources).run(checkpoints):
        # The last epoch's quality is that of the texts, on which the rest is chosen.
        if epoch < plan.epochs and cluster.is_first:
            quality = _quality(network, Records(channel("validation")), plan.batch_size, resources)
            print(quality.lines("validation", epoch), flush=True)
    checksum = network.checksum()
    print(f"checksum={checksum}", flush=True)
    cluster.same("the checksum of the weights", checksum)


def _write(network: Network, rest: Rest) -> None:
    model = Path(os.environ["SM_MODEL_DIR"])
    torch_files.write(model / TRAINED, network.tensors())
    torch_files.export(network, model / "model.onnx")
    rest.write(model, lambda encoded: _logits(network, encoded))


def _quality(network: Network, records: Records, batch_size: int, resources: Resources) -> Quality:
    network.eval()
    device = resources.cluster.device
    logits, labels = [], []
    with torch.inference_mode(), torch_precision.computing(device, resources.bfloat16):
        for places in records.batches(batch_size, seed=0):
            batch = records.take(places, int(records.lengths[places].max())).to(device)
            logits.append(network(*batch[:3]).cpu().numpy())
            labels.append(batch.labels.cpu().numpy())
    return Quality.of(log_softmax(np.concatenate(logits).astype(np.float64)), np.concatenate(labels))


def _logits(network: Network, encoded: Encoded) -> list[list[float]]:
    """In float32, as the exported model computes."""
    with torch.inference_mode():
        logits: list[list[float]] = network(*map(torch.tensor, encoded)).tolist()
    return logits


if __name__ == "__main__":
    main()
