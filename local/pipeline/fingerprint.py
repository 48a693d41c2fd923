"""The digest of everything that a step's result depends on.

SageMaker compares arguments as text; here objects, models and images count by their contents, so that a step
runs again when a file changed under the same URI, and does not when an equal one lies elsewhere.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from assembly import Model
from local.jobs import Services

# Raised when the runner comes to do something else with the same arguments.
_RUNNER = 1
_IMAGES = frozenset({"Image", "ImageUri", "TrainingImage"})
# Where results go, which differs between executions, does not change them.
_DESTINATIONS = frozenset({"S3OutputPath", "CheckpointConfig"})


def fingerprint(kind: str, arguments: Mapping[str, Any], services: Services) -> str:
    """The digest of a step's type and resolved arguments.

    Raises a SlipwayError for an image that no program answers for and a URI outside the declared buckets.
    """
    contents = [_RUNNER, kind, _contents(arguments, services)]
    return hashlib.sha256(json.dumps(contents, sort_keys=True).encode()).hexdigest()


def _contents(value: Any, services: Services) -> Any:
    if isinstance(value, dict):
        return {key: _member(key, item, services) for key, item in value.items() if key not in _DESTINATIONS}
    if isinstance(value, list):
        return [_contents(item, services) for item in value]
    if isinstance(value, str) and value.strip('"').startswith("s3://"):
        return services.storage.digest(value.strip('"'))
    return value


def _member(key: str, value: Any, services: Services) -> Any:
    if key in _IMAGES:
        return services.image_digest(value)
    if key == "S3Output":
        return {name: item for name, item in value.items() if name != "S3Uri"}
    if key == "ModelName" and (model := services.model(value)) is not None:
        return _model(model, services)
    return _contents(value, services)


def _model(model: Model, services: Services) -> list[Any]:
    return [
        [
            container.hostname,
            services.image_digest(container.image),
            container.model_data_url and services.storage.digest(container.model_data_url),
            dict(container.environment),
        ]
        for container in model.containers
    ]
