"""The instances of a training job as torch's process group: one process an instance."""

import datetime
import json
import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
from torch import nn

_PORT = 29500
_PATIENCE = datetime.timedelta(minutes=10)


@dataclass(frozen=True)
class Cluster:
    """This instance among the job's `hosts`: `rank` counts from 0, the first one writes what is kept."""

    hosts: Sequence[str]
    rank: int
    device: torch.device

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Cluster":
        """That of SM_HOSTS and SM_CURRENT_HOST."""
        hosts: Sequence[str] = json.loads(environ.get("SM_HOSTS", "[]")) or [""]
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        return cls(hosts, hosts.index(environ.get("SM_CURRENT_HOST", "")), device)

    @property
    def size(self) -> int:
        return len(self.hosts)

    @property
    def is_first(self) -> bool:
        return self.rank == 0

    @contextmanager
    def joined(self, environ: Mapping[str, str]) -> Iterator[None]:
        """Meet the others for the time of the block; an instance alone meets nobody."""
        if self.size == 1:
            yield
            return
        backend = "nccl" if self.device.type == "cuda" else "gloo"
        interface = environ.get("SM_NETWORK_INTERFACE_NAME", "eth0")
        os.environ.setdefault(f"{backend.upper()}_SOCKET_IFNAME", interface)
        dist.init_process_group(
            backend, store=_store(self), rank=self.rank, world_size=self.size, timeout=_PATIENCE
        )
        try:
            yield
        finally:
            dist.destroy_process_group()

    def distributed(self, network: nn.Module) -> nn.Module:
        """The network, whose gradients are the mean of all instances' from now on."""
        return network if self.size == 1 else nn.parallel.DistributedDataParallel(network)

    def share(self, places: Any) -> Any:
        """The part of a batch that this instance takes."""
        return places[self.rank :: self.size]

    def total(self, value: float) -> float:
        """The sum of the instances' values."""
        found = torch.tensor(value, dtype=torch.float64, device=self.device)
        if self.size > 1:
            dist.all_reduce(found)
        return float(found)

    def of_first(self, value: int) -> int:
        """The first instance's value, on all."""
        found = torch.tensor(value, device=self.device)
        if self.size > 1:
            dist.broadcast(found, 0)
        return int(found)

    def same(self, what: str, value: int) -> None:
        """Wait for all instances; raises RuntimeError unless all have the same number."""
        if self.of_first(value) != value or self.total(value) != value * self.size:
            raise RuntimeError(f"expected {what} to be the same on every instance, got {value} on this one")


def _store(cluster: Cluster) -> Any:
    """Where the instances meet. The first listens on its own address alone, as jobs may share a machine."""
    # An address, since C code may not know the name.
    address = socket.gethostbyname(cluster.hosts[0])
    listening = None
    if cluster.is_first:
        listening = socket.create_server((address, _PORT)).detach()
    return dist.TCPStore(
        address,
        _PORT,
        cluster.size,
        is_master=cluster.is_first,
        timeout=_PATIENCE,
        master_listen_fd=listening,
    )
