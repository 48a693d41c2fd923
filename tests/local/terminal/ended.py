"""How a command ended, and that it is told in one line."""

from collections.abc import Callable, Mapping
from typing import Any

TYPES = {
    "Endpoint": "AWS::SageMaker::Endpoint",
    "Config": "AWS::SageMaker::EndpointConfig",
    "Pipeline": "AWS::SageMaker::Pipeline",
    "Group": "AWS::SageMaker::ModelPackageGroup",
}


Ended = Callable[..., tuple[int, str, str]]


def is_an_error(ended: tuple[int, str, str]) -> str:
    """The one line that it is told by."""
    code, _, err = ended
    assert code in (1, 2)
    assert "Traceback" not in err
    lines = [line for line in err.splitlines() if "error: " in line]
    assert len(lines) == 1, err
    assert len(lines[0]) < 600
    return lines[0]


PACKAGE: Mapping[str, Any] = {
    "group": "slipway-dev-shop",
    "version": 1,
    "arn": "arn",
    "status": "Approved",
    "created": "now",
    "metrics": {},
    "containers": [],
}
