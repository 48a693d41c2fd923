"""What the built-in servers share: the Accept of requests without one, and the limits of batch transform."""

import json
import os
from collections.abc import Collection

from toolkit import content_types, environment
from toolkit.environment import Environ
from toolkit.errors import ContainerProblem
from toolkit.responses import Response


def default_accept(environ: Environ, otherwise: str, written: Collection[str]) -> str:
    """What SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT says, or `otherwise`; refuses a type that is not written."""
    accept = environ.get(environment.DEFAULT_INVOCATIONS_ACCEPT) or otherwise
    if accept not in written:
        raise ContainerProblem(
            f"{environment.DEFAULT_INVOCATIONS_ACCEPT} is {accept}; it can be {', '.join(written)}."
        )
    return accept


def execution_parameters(environ: Environ) -> Response:
    """The answer to batch transform: a request a core at once, each as long as MAX_CONTENT_LENGTH allows."""
    longest = environment.number(
        environ, environment.MAX_CONTENT_LENGTH, environment.DEFAULT_MAX_CONTENT_LENGTH
    )
    parameters = {
        "MaxConcurrentTransforms": os.cpu_count() or 1,
        "BatchStrategy": "MULTI_RECORD",
        "MaxPayloadInMB": longest // 1024**2,
    }
    return Response(json.dumps(parameters).encode(), content_types.JSON)
