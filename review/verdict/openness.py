"""Values that open a resource by themselves: flags that do not block, address ranges, versions of TLS."""

import re
from ipaddress import IPv6Network, ip_network

from review.differences import ABSENT, Side
from review.values import show

_FLAGS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
_NETWORK = re.compile(r"[0-9a-fA-F.:]+/\d+")
# Two halves are everywhere, as 0.0.0.0/1 with 128.0.0.0/1; organizations own a /8 at most.
_WIDEST = 8
_PRIVATE = IPv6Network("fc00::/7")


class PublicBlocks:
    """All four flags that keep the public out. What is not stated at all blocks, a flag left out does not."""

    def falls(self, old: Side, new: Side) -> bool:
        before = set(_FLAGS) if old is ABSENT else _flags(old, "true")
        after = set(_FLAGS) if new is ABSENT else _flags(new, "false")
        return bool(before & after)


def is_everywhere(token: str) -> bool:
    """Whether it is a range of addresses of which nobody owns the whole, such as 0.0.0.0/0 or 128.0.0.0/1."""
    if not _NETWORK.fullmatch(token):
        return False
    try:
        network = ip_network(token, strict=False)
    except ValueError:
        return False
    private = isinstance(network, IPv6Network) and network.subnet_of(_PRIVATE)
    return network.prefixlen < _WIDEST and not private


def _flags(side: Side, value: str) -> set[str]:
    """The flags that are known to have this value; a flag left out is false."""
    if not isinstance(side, dict):
        return set()
    return {name for name in _FLAGS if (show(side[name]).lower() if name in side else "false") == value}
