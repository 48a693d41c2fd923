"""What an instance type's name says about it."""

import re

# Instances with a local NVMe disk: a `d` behind the generation says so, these families have one without it.
_LOCAL_DISK = re.compile(
    r"ml\.([a-z]+\d+[a-z]*d[a-z]*|g5|g6|g6e|gr6|i3|i3en|i4i|i4g|p5|p5e|p5en|p6.*|trn1|trn1n|trn2)\."
)


def has_local_disk(instance_type: str) -> bool:
    """Whether SageMaker refuses a KMS key for the instance's volume: its disk has a key of its own."""
    return _LOCAL_DISK.match(instance_type) is not None
