"""Fit a Transformer to pairs of sentences: batches, learning rate, checkpoints, and when to stop."""

import copy
import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sacrebleu
import torch
from torch.nn import functional

from .channels import Pair
from .translator import SEED, Translator, padded
from .vocabulary import BEGIN, END, PAD

# A Transformer that starts with its whole learning rate forgets its initial weights' scale.
_WARM_UP_BATCHES = 120
# As many batches of one draw are sorted by length among themselves.
_SORTED_TOGETHER = 50


@dataclass(frozen=True)
class Checkpoint:
    """What the validation part says after `number` stretches of training."""

    number: int
    batches: int
    epoch: int
    train_perplexity: float
    validation: Mapping[str, float]


def fit(
    model: Any,
    pairs: Sequence[Pair],
    validation: Sequence[Pair],
    hyperparameters: Mapping[str, Any],
    report: Callable[[Checkpoint], None],
) -> None:
    """Train until the batches or epochs are used up, or `optimized_metric` has not improved for
    `checkpoint_threshold` checkpoints; the model is then the best checkpoint's.

    The same pairs and hyperparameters give the same weights, on the same machine.
    """
    torch.manual_seed(SEED)
    optimizer = _optimizer(model, hyperparameters)
    rate, best = _LearningRate(hyperparameters), _Best(hyperparameters["optimized_metric"])
    every = hyperparameters["checkpoint_frequency_num_batches"]
    losses: list[float] = []

    def checkpoint(batch: int, epoch: int) -> None:
        figures = _validate(model, validation, hyperparameters)
        best.see(model, figures)
        report(Checkpoint(-(-batch // every), batch, epoch, _perplexity(losses), figures))
        losses.clear()

    batch, epoch = 0, 0
    for batch, (epoch, drawn) in enumerate(_batches(pairs, hyperparameters), start=1):
        for group in optimizer.param_groups:
            group["lr"] = rate.at(batch)
        losses.append(_step(model, optimizer, drawn, hyperparameters["clip_gradient"]))
        if batch % every == 0:
            checkpoint(batch, epoch)
            rate.checkpoint(improved=best.worse == 0)
            # With a number of epochs, training goes on to their end whatever the metric does.
            if (
                hyperparameters["max_num_epochs"] is None
                and best.worse >= hyperparameters["checkpoint_threshold"]
            ):
                break
    if losses:
        checkpoint(batch, epoch)
    best.restore(model)


class _Best:
    """The weights of the best checkpoint, and how many (`worse`) there were after it."""

    def __init__(self, metric: str) -> None:
        self._metric = metric
        self._value = -math.inf
        self._weights: Mapping[str, Any] = {}
        self.worse = 0

    def see(self, model: Any, figures: Mapping[str, float]) -> None:
        value = -figures[self._metric] if self._metric == "perplexity" else figures[self._metric]
        self.worse += 1
        if value > self._value:
            self._value, self._weights, self.worse = value, copy.deepcopy(model.state_dict()), 0

    def restore(self, model: Any) -> None:
        if self._weights:
            model.load_state_dict(self._weights)


def _batches(
    pairs: Sequence[Pair], hyperparameters: Mapping[str, Any]
) -> Iterator[tuple[int, Sequence[Pair]]]:
    """Each epoch's pairs in a new order, in batches of about one length, until there are enough."""
    size, most = hyperparameters["batch_size"], hyperparameters["max_num_batches"]
    epochs = hyperparameters["max_num_epochs"]
    draw = random.Random(SEED)  # noqa: S311 - to repeat a run, not to guard a secret
    batch, epoch = 0, 0
    while epochs is None or epoch < epochs:
        shuffled = draw.sample(pairs, len(pairs))
        batches = []
        for start in range(0, len(shuffled), size * _SORTED_TOGETHER):
            part = sorted(
                shuffled[start : start + size * _SORTED_TOGETHER], key=lambda pair: len(pair.source)
            )
            batches += [part[first : first + size] for first in range(0, len(part), size)]
        draw.shuffle(batches)
        for drawn in batches:
            if batch == most:
                return
            batch += 1
            yield epoch, drawn
        epoch += 1


def _step(model: Any, optimizer: torch.optim.Optimizer, pairs: Sequence[Pair], clip: float) -> float:
    model.train()
    loss, words = _loss(model, pairs)
    optimizer.zero_grad()
    (loss / words).backward()
    if clip >= 0:
        torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
    optimizer.step()
    _clear_padding(model)
    return float(loss.detach()) / words


def _clear_padding(model: Any) -> None:
    """Zero the embeddings of padding: the output layer shares the target's, and so gives it a gradient.

    Programs that start to decode from padding, as Marian's own, take it for a zero.
    """
    with torch.no_grad():
        for embeddings in (model.model.encoder.embed_tokens, model.model.decoder.embed_tokens):
            embeddings.weight[PAD].zero_()


def _loss(model: Any, pairs: Sequence[Pair]) -> tuple[torch.Tensor, int]:
    """The cross entropy of the targets' words and ends, summed, and how many these are."""
    logits, targets = _logits(model, pairs)
    loss = functional.cross_entropy(
        logits.flatten(0, 1), targets.flatten(), ignore_index=PAD, reduction="sum"
    )
    return loss, int((targets != PAD).sum())


def _logits(model: Any, pairs: Sequence[Pair]) -> tuple[torch.Tensor, torch.Tensor]:
    sources = padded([[*pair.source, END] for pair in pairs])
    targets = padded([[*pair.target, END] for pair in pairs])
    begun = torch.full((len(pairs), 1), BEGIN)
    answer = model(
        input_ids=sources,
        attention_mask=(sources != PAD).long(),
        decoder_input_ids=torch.cat([begun, targets[:, :-1]], dim=1),
    )
    return answer.logits, targets


def _validate(model: Any, pairs: Sequence[Pair], hyperparameters: Mapping[str, Any]) -> Mapping[str, float]:
    """Perplexity and accuracy of the words; BLEU too, of words by their numbers, where it is optimized."""
    model.eval()
    loss, words, right = 0.0, 0, 0
    size = hyperparameters["batch_size"]
    with torch.inference_mode():
        for start in range(0, len(pairs), size):
            logits, targets = _logits(model, pairs[start : start + size])
            wanted = targets != PAD
            loss += float(
                functional.cross_entropy(
                    logits.flatten(0, 1), targets.flatten(), ignore_index=PAD, reduction="sum"
                )
            )
            words += int(wanted.sum())
            right += int(((logits.argmax(dim=-1) == targets) & wanted).sum())
    figures = {"perplexity": math.exp(min(loss / words, 700)), "accuracy": right / words}
    if hyperparameters["optimized_metric"] == "bleu":
        figures["bleu"] = _bleu(Translator(model), pairs, hyperparameters["bleu_sample_size"])
    return figures


def _bleu(translator: Translator, pairs: Sequence[Pair], sample: int) -> float:
    """BLEU from 0 to 1 of a sample of the pairs; of all of them where the sample is 0 or -1."""
    if 0 < sample < len(pairs):
        pairs = random.Random(SEED).sample(pairs, sample)  # noqa: S311 - to repeat a run
    answers = translator.translate([pair.source for pair in pairs])
    score = sacrebleu.corpus_bleu(
        [" ".join(map(str, answer)) for answer in answers],
        [[" ".join(map(str, pair.target)) for pair in pairs]],
        tokenize="none",
        force=True,
    )
    return float(score.score) / 100


def _perplexity(losses: Sequence[float]) -> float:
    return math.exp(min(sum(losses) / len(losses), 700))


def _optimizer(model: Any, hyperparameters: Mapping[str, Any]) -> torch.optim.Optimizer:
    rate, decay = hyperparameters["learning_rate"], hyperparameters["weight_decay"]
    if hyperparameters["optimizer_type"] == "sgd":
        momentum = hyperparameters["momentum"] or 0.0
        return torch.optim.SGD(model.parameters(), lr=rate, momentum=momentum, weight_decay=decay)
    if hyperparameters["optimizer_type"] == "rmsprop":
        return torch.optim.RMSprop(model.parameters(), lr=rate, weight_decay=decay)
    return torch.optim.Adam(model.parameters(), lr=rate, betas=(0.9, 0.98), weight_decay=decay)


class _LearningRate:
    """The learning rate of a batch: a warm-up, then what lr_scheduler_type says."""

    def __init__(self, hyperparameters: Mapping[str, Any]) -> None:
        self._initial = hyperparameters["learning_rate"]
        self._type = hyperparameters["lr_scheduler_type"]
        self._half_life = (
            hyperparameters["fixed_rate_lr_half_life"] * hyperparameters["checkpoint_frequency_num_batches"]
        )
        self._factor = hyperparameters["plateau_reduce_lr_factor"]
        self._patience = hyperparameters["plateau_reduce_lr_threshold"]
        self._reduced, self._worse = 1.0, 0

    def at(self, batch: int) -> float:
        warm = min(1.0, batch / _WARM_UP_BATCHES)
        if self._type == "fixed_rate_inv_t":
            return float(self._initial * warm / (1 + batch / self._half_life))
        if self._type == "fixed_rate_inv_sqrt_t":
            return float(self._initial * warm / math.sqrt(1 + 3 * batch / self._half_life))
        return float(self._initial * warm * self._reduced)

    def checkpoint(self, *, improved: bool) -> None:
        self._worse = 0 if improved else self._worse + 1
        if self._worse >= self._patience:
            self._reduced *= self._factor
            self._worse = 0
