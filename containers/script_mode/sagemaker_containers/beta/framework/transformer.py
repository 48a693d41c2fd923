"""The default functions of SageMaker's toolkit, for a script that calls them from its own."""

from typing import Any

from toolkit.packages import absent_names

from . import encoders, worker

__getattr__ = absent_names(__name__)


def default_input_fn(input_data: Any, content_type: str) -> Any:
    return encoders.decode(input_data, content_type)


def default_output_fn(prediction: Any, accept: str) -> worker.Response:
    return worker.Response(encoders.encode(prediction, accept), mimetype=accept)
