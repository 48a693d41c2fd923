"""Serve the archive's SavedModels by TensorFlow Serving's contract, and SageMaker's."""

import functools
from pathlib import Path
from typing import Any

import requests
from toolkit import environment, server
from toolkit.environment import Environ, Folders
from toolkit.errors import ContainerProblem
from toolkit.intake import Limits

from . import models, script
from .invocations import InvocationModel
from .listener import RestApplication
from .models import Models
from .rest import RestApi
from .script import Script
from .servable import Servable
from .settings import DEFAULT_MODEL_NAME, Settings

_HOST = "127.0.0.1"


def load(environ: Environ) -> InvocationModel:
    """The models of the archive behind their REST API, which listens, and the archive's script."""
    settings = Settings.of(environ)
    folder = Folders.of(environ).model
    found = models.find(folder)
    names = [model.name for model in found]
    default = settings.default_model or names[0]
    if default not in names:
        raise ContainerProblem(
            f"{DEFAULT_MODEL_NAME} is {default}, and the archive has {', '.join(names)}: name one of them."
        )
    loaded = Models.load(found, functools.partial(_servable, settings=settings), settings.batching)
    return behind_server(loaded, default, folder / "code", settings, environ)


def behind_server(
    loaded: Models, default: str, code: Path, settings: Settings, environ: Environ
) -> InvocationModel:
    """The same, of models that are loaded."""
    api = RestApi(loaded)
    port = server.in_background(RestApplication(api), _HOST, settings.rest_port)
    path = script.find(code)
    if path is None:
        return InvocationModel(api.answer, default)
    handler = script.load(path, _poster())
    managed = environment.managed_behavior(environ)
    return InvocationModel(
        api.answer, default, Script(handler, f"http://localhost:{port}", default, managed=managed)
    )


def _servable(folder: Path, settings: Settings) -> Servable:
    # The rest is read, and tested, where TensorFlow is not installed, too.
    from .saved_model import SavedModel  # noqa: PLC0415

    return SavedModel.load(folder, settings.inter_op_threads, settings.intra_op_threads)


def _poster() -> script.Post:
    session = requests.Session()
    # A proxy of the environment's is for the network, not for this process.
    session.trust_env = False

    def post(uri: str, data: Any) -> Any:
        return session.post(uri, data=data)

    return post


def main(environ: Environ) -> None:
    """Answer until the container is stopped: one process, as TensorFlow does not survive a fork; on a worker
    thread, so that /ping is answered meanwhile."""
    one = {**environ, environment.WORKERS: "1"}
    server.run(lambda: load(one), one, limits=Limits(inline_bytes=0))
