"""How the operations of SageMaker's API on a kind of resource are called."""

from collections.abc import Callable, Mapping
from typing import Any

type Operation = Callable[[Mapping[str, Any]], Mapping[str, Any] | None]


def of_resource(resource: str, verbs: Mapping[str, Operation], listed: str = "") -> dict[str, Operation]:
    """The operations by their names, such as CreatePipeline for the verb Create; what is listed has the
    plural, with an s if `listed` is not given."""
    names = {"List": listed or f"{resource}s"}
    return {f"{verb}{names.get(verb, resource)}": one for verb, one in verbs.items()}
