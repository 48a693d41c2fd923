"""Scripts import this module beside others; the image has a server of its own and starts no second one."""

from typing import Any, NoReturn

from toolkit.errors import ContainerProblem
from toolkit.packages import absent_names

__getattr__ = absent_names(__name__)


def start(module_app: Any) -> NoReturn:
    """Refuses: what the script serves are its functions, which the image's own server calls."""
    raise ContainerProblem(
        "sagemaker_containers.beta.framework.server.start starts no server here: the image's own serves the "
        "script's model_fn, input_fn, predict_fn and output_fn. Remove the call."
    )
