"""Training: epochs of random windows, and the last window of each series to choose the best epoch."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from gluonts.itertools import select
from torch.nn.utils import clip_grad_norm_

from .network import SEED, Network
from .series import Series

# As many batches are an epoch for GluonTS, too; the image's epoch is a pass over the data.
BATCHES_PER_EPOCH = 50
_GRADIENT_NORM = 10.0
_WEIGHT_DECAY = 1e-8
_HALVING_PATIENCE = 10


def fit(
    network: Network,
    series: Sequence[Series],
    *,
    epochs: int,
    learning_rate: float,
    patience: int | None,
    report: Callable[[int, float], None],
) -> tuple[int, float]:
    """Train the network in place; it ends with the weights of its best epoch, returned with its loss.

    The last `prediction_length` points of each series that is long enough are never trained on: the mean loss
    over them says which epoch is the best. Without any such series it is the training loss. Ends after
    `epochs`, or `patience` epochs after the best one. `report` gets each epoch's number and loss.
    """
    torch.manual_seed(SEED)
    np.random.seed(SEED)  # GluonTS draws its windows from numpy's global generator.
    horizon = network.shape.prediction_length
    held_out = [one for one in series if len(one.target) >= 2 * horizon]
    trained_on = [one.cut(-horizon) if len(one.target) >= 2 * horizon else one for one in series]
    estimator, module = network.estimator, network.module
    training = estimator.create_training_data_loader(network.prepared(trained_on), module)
    validation = list(estimator.create_validation_data_loader(network.prepared(held_out), module))
    model = module.model
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate, weight_decay=_WEIGHT_DECAY)
    halving = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=_HALVING_PATIENCE)
    best, best_epoch, weights = float("inf"), 0, model.state_dict()
    for epoch in range(epochs):
        loss = _train(network, training, optimizer)
        if validation:
            loss = _validate(network, validation)
        halving.step(loss)
        report(epoch, loss)
        if loss < best:
            best, best_epoch = loss, epoch
            weights = {name: value.clone() for name, value in model.state_dict().items()}
        elif patience is not None and epoch - best_epoch >= patience:
            break
    model.load_state_dict(weights)
    module.eval()
    return best_epoch, best


def _train(network: Network, batches: Iterable[Mapping[str, Any]], optimizer: torch.optim.Optimizer) -> float:
    network.module.train()
    losses = []
    for batch in batches:
        optimizer.zero_grad()
        loss = _loss(network, batch)
        loss.backward()
        clip_grad_norm_(network.module.parameters(), _GRADIENT_NORM)
        optimizer.step()
        losses.append(loss.item())
    return float(np.mean(losses))


def _validate(network: Network, batches: Iterable[Mapping[str, Any]]) -> float:
    network.module.eval()
    with torch.no_grad():
        return float(np.mean([_loss(network, batch).item() for batch in batches]))


def _loss(network: Network, batch: Mapping[str, Any]) -> torch.Tensor:
    future = {name: batch[name] for name in ("future_observed_values", "future_target")}
    loss: torch.Tensor = network.module.model.loss(**select(network.module.inputs, batch), **future).mean()
    return loss
