"""Fitting the network to records, on one instance or several that each take a part of every batch."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from emoji_checkpoints import Checkpoints
from emoji_job import Plan
from torch import Tensor, nn
from torch_cluster import Cluster
from torch_network import Network
from torch_precision import computing
from torch_records import Places, Records

# Steps between two lines of the loss.
_REPORTED = 10
_WEIGHT_DECAY = 0.01
_LONGEST_GRADIENT = 1.0
_MEMORY = ("exp_avg", "exp_avg_sq")


@dataclass(frozen=True)
class Resources:
    """What a training runs on."""

    cluster: Cluster
    bfloat16: bool


class Fitting:
    """A network in training; its device is the cluster's."""

    def __init__(self, network: Network, records: Records, plan: Plan, resources: Resources) -> None:
        self._network = network
        self._records = records
        self._plan = plan
        self._cluster, self._bfloat16 = resources.cluster, resources.bfloat16
        self._trained = network.train_only(plan.trained_layers)
        self._optimizer = _optimizer(self._trained)
        self.batches = -(-records.count // plan.batch_size)
        self.steps = plan.steps(self.batches)

    def run(self, checkpoints: Checkpoints) -> Iterator[int]:
        """Train, from the last checkpoint on, and print the loss; gives the number of each epoch that is
        done, the last one's when the steps are."""
        done = self._resume(checkpoints)
        self._cluster.same("the number of records", self._records.count)
        self._cluster.same("the step of the last checkpoint", done)
        distributed = self._cluster.distributed(self._network)
        loss, reported = 0.0, done
        while done < self.steps:
            epoch, skip = divmod(done, self.batches)
            batches = self._records.batches(self._plan.batch_size, self._plan.seed + epoch)
            self._network.train()
            for places in batches[skip : skip + self.steps - done]:
                loss += self._step(distributed, places, done)
                done += 1
                if done % _REPORTED == 0 or done == self.steps:
                    mean = self._cluster.total(loss) / (done - reported)
                    print(f"train_loss={mean:.4f} step={done}", flush=True)
                    loss, reported = 0.0, done
                if done % self._plan.checkpoint_steps == 0 and done < self.steps and self._cluster.is_first:
                    checkpoints.save(done, self._state())
            yield epoch + 1

    def _step(self, distributed: nn.Module, places: Places, done: int) -> float:
        """One batch; this instance's part of the batch's mean loss."""
        plan, cluster = self._plan, self._cluster
        width = int(self._records.lengths[places].max())
        batch = self._records.take(cluster.share(places), width).to(cluster.device)
        with computing(cluster.device, self._bfloat16):
            logits = distributed(*batch[:3], self._noise(places, done))
        part = nn.functional.cross_entropy(logits, batch.labels, reduction="sum") / len(places)
        # Instances' gradients are averaged, and the parts are to be summed.
        (part * cluster.size).backward()
        nn.utils.clip_grad_norm_(self._trained.values(), _LONGEST_GRADIENT)
        for group in self._optimizer.param_groups:
            group["lr"] = plan.rate(done, self.steps)
        self._optimizer.step()
        self._optimizer.zero_grad()
        return float(part.item())

    def _noise(self, places: Places, done: int) -> Tensor:
        """Dropout, of which seed and step decide for the whole batch: each instance takes its part, and a
        training that goes on has what it would have had."""
        draw = torch.Generator().manual_seed(self._plan.seed * 1009 + done)
        kept = torch.rand(len(places), self._network.width, generator=draw) >= self._plan.dropout
        part: Tensor = self._cluster.share(kept / (1 - self._plan.dropout))
        return part.to(self._cluster.device)

    def _resume(self, checkpoints: Checkpoints) -> int:
        done = checkpoints.resume(self._take)
        if done:
            print(f"resumed step={done}", flush=True)
        return done

    def _take(self, done: int, tensors: Mapping[str, Tensor]) -> None:
        self._network.load({**self._network.tensors(), **tensors}, self._plan.seed)
        for name, parameter in self._trained.items():
            self._optimizer.state[parameter] = {
                "step": torch.tensor(float(done), device=parameter.device),
                **{memory: tensors[f"{name}:{memory}"].to(parameter.device) for memory in _MEMORY},
            }

    def _state(self) -> dict[str, Tensor]:
        state = {name: parameter.detach().cpu() for name, parameter in self._trained.items()}
        for name, parameter in self._trained.items():
            for memory in _MEMORY:
                state[f"{name}:{memory}"] = self._optimizer.state[parameter][memory].cpu()
        return state


def _optimizer(trained: dict[str, nn.Parameter]) -> torch.optim.Optimizer:
    """Matrices decay; biases and norms do not."""
    kinds = {True: _WEIGHT_DECAY, False: 0.0}
    groups = [
        {"params": [one for one in trained.values() if (one.ndim > 1) is matrix], "weight_decay": decay}
        for matrix, decay in kinds.items()
    ]
    return torch.optim.AdamW(groups, fused=True)
