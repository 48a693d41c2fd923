"""The user's script behind the server: model_fn, input_fn, predict_fn, output_fn or transform_fn."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from . import (
    codecs,
    content_types,
    environment,
    flask_request,
    negotiation,
    packages,
    responses,
    results,
    source,
)
from .environment import Environ, Folders
from .errors import CallerProblem, ContainerProblem
from .responses import Response

Transform = Callable[[Any, str | bytes, str, str], Any]


class Conventions:
    """What an image does with a request where the script leaves it to the image. These are our image's."""

    default_accept = content_types.CSV
    # What output_fn here can write.
    offered = (content_types.CSV, content_types.JSON, content_types.NPY)

    def accept(self, header: str, default: str, offered: tuple[str, ...]) -> str:
        """The type that the answer should have; nothing is `offered` where the script brings output_fn."""
        return negotiation.preferred(header, default, offered)

    def body(self, body: bytes, content_type: str) -> str | bytes:
        """CSV and JSON reach the script as text, whatever the parameters of the type; the rest as bytes."""
        if content_types.media_type(content_type) not in (content_types.CSV, content_types.JSON):
            return body
        try:
            return body.decode()
        except UnicodeDecodeError:
            raise CallerProblem(400, "The body is not UTF-8.") from None

    def content_type(self, header: str) -> str:
        """The request's type for the script; ours invents none where the caller sent none."""
        return header

    def input_fn(self, body: str | bytes, content_type: str) -> Any:
        return codecs.decode(body, content_type)

    def predict_fn(self, data: Any, model: Any) -> Any:
        return model.predict(data)

    def output_fn(self, prediction: Any, accept: str) -> Any:
        return codecs.encode(prediction, accept), accept

    def response(self, result: Any, accept: str) -> Response:
        """What the script's result becomes; a body alone has the type that was asked for."""
        return results.response(result, accept)

    def failure(self, error: Exception) -> Response:
        return responses.failure(error)


class ScriptModel:
    """A script's model for the server.

    Takes the module and the model folder; refuses a module without model_fn, or with transform_fn beside the
    functions that it replaces. What functions may return is told by `results.response`.
    """

    def __init__(
        self, module: ModuleType, model_folder: Path, conventions: Conventions, default_accept: str = ""
    ) -> None:
        self._conventions = conventions
        self._default_accept = default_accept or conventions.default_accept
        execution_parameters = getattr(module, "execution_parameters_fn", None)
        self._execution_parameters = execution_parameters and flask_request.around(
            execution_parameters, flask_request.EXECUTION_PARAMETERS
        )
        self._transform: Transform = flask_request.around(
            _transform(module, conventions), flask_request.INVOCATIONS
        )
        own_output = hasattr(module, "transform_fn") or hasattr(module, "output_fn")
        self._offered = () if own_output else conventions.offered
        model_fn = getattr(module, "model_fn", None)
        if model_fn is None:
            raise ContainerProblem(f"{module.__name__} has no model_fn(model_dir), which loads the model.")
        self._model = model_fn(str(model_folder))

    def invoke(self, body: bytes, content_type: str, accept: str) -> Response:
        conventions = self._conventions
        try:
            accept = conventions.accept(accept, self._default_accept, self._offered)
            content_type = conventions.content_type(content_type)
            given = conventions.body(body, content_type)
            result = flask_request.answered(self._transform, self._model, given, content_type, accept)
            return conventions.response(result, accept)
        except Exception as error:
            return conventions.failure(error)

    def execution_parameters(self) -> Response | None:
        if self._execution_parameters is None:
            return None
        return results.response(flask_request.answered(self._execution_parameters), content_types.JSON)


def load(environ: Environ, conventions: Conventions) -> ScriptModel:
    """The model of the script that SAGEMAKER_PROGRAM names in SAGEMAKER_SUBMIT_DIRECTORY (/opt/ml/code)."""
    folders = Folders.of(environ)
    program = environ.get(environment.PROGRAM)
    if not program:
        raise ContainerProblem(f"{environment.PROGRAM} is not set; name the script, such as inference.py.")
    code = source.stage(environ.get(environment.SUBMIT_DIRECTORY) or str(folders.code), folders)
    packages.warn_of_unmet(code)
    accept = environ.get(environment.DEFAULT_INVOCATIONS_ACCEPT, "")
    module = import_script(code, program)
    flask_request.import_if_used(code)
    return ScriptModel(module, folders.model, conventions, accept)


def import_script(code: Path, program: str) -> ModuleType:
    """The module `program` (`inference` or `inference.py`) from the folder, whose siblings it can import."""
    path = code / (program if program.endswith(".py") else program + ".py")
    if not path.is_file():
        raise ContainerProblem(f"{environment.PROGRAM} is {program}, and there is no such file in {code}.")
    sys.path.insert(0, str(code))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ContainerProblem(f"{path} is not a Python module.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
    except ImportError as error:
        told = packages.missing(error, code)
        if told is None:
            raise
        raise ContainerProblem(told) from error
    return module


def _transform(module: ModuleType, conventions: Conventions) -> Transform:
    names = ("input_fn", "predict_fn", "output_fn")
    transform_fn: Transform | None = getattr(module, "transform_fn", None)
    if transform_fn is not None:
        beside = [name for name in names if hasattr(module, name)]
        if beside:
            raise ContainerProblem(f"{module.__name__} has transform_fn and {beside[0]}: keep one of them.")
        return transform_fn
    input_fn, predict_fn, output_fn = (getattr(module, name, getattr(conventions, name)) for name in names)

    def transform(model: Any, body: str | bytes, content_type: str, accept: str) -> Any:
        data = input_fn(body, content_type)
        prediction = predict_fn(data, model)
        return output_fn(prediction, accept)

    return transform
