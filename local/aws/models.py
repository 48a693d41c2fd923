"""The models of AWS's services, which botocore carries."""

from functools import lru_cache
from typing import Any


@lru_cache
def service_model(service: str) -> Any:
    """botocore's model of a service; reading SageMaker's takes longer than most commands."""
    from botocore.loaders import Loader  # noqa: PLC0415
    from botocore.model import ServiceModel  # noqa: PLC0415

    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def operation_model(service: str, operation: str) -> Any:
    """The model of one operation; raises KeyError for one that the service does not have."""
    model = service_model(service)
    if operation not in model.operation_names:
        raise KeyError(operation)
    return model.operation_model(operation)
