"""Serve a trained model as the managed image does."""

import numpy as np
from built_in import answers, serving
from toolkit import content_types, environment, negotiation, responses, server
from toolkit.environment import Environ, Folders
from toolkit.errors import CallerProblem
from toolkit.responses import Response

from . import requests
from .columns import Columns
from .model import LinearModel, Numbers


class Served:
    """A model behind the server.

    Without an Accept, and for `*/*`, the answer is SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT, else JSON. Real time
    and batch are answered alike.
    """

    def __init__(self, model: LinearModel, environ: Environ) -> None:
        self._model = model
        self._columns = Columns(environ.get(environment.INFERENCE_OUTPUT, ""), model.description)
        self._accept = serving.default_accept(environ, content_types.JSON, answers.KNOWN)
        self._execution_parameters = serving.execution_parameters(environ)

    def invoke(self, body: bytes, content_type: str, accept: str) -> Response:
        try:
            preferred = negotiation.preferred(accept, self._accept, answers.KNOWN)
            rows = requests.rows(body, content_type, self._model.description.features)
            scores, labels = self._model.predict(rows)
            _refuse_infinite(scores)
            answer = self._columns.write(scores, labels, content_types.media_type(preferred))
        except Exception as error:
            return responses.failure(error)
        return Response(answer, content_types.with_charset(content_types.media_type(preferred)))

    def execution_parameters(self) -> Response:
        return self._execution_parameters


def _refuse_infinite(scores: Numbers) -> None:
    wrong = np.argwhere(~np.isfinite(scores))
    if len(wrong):
        raise CallerProblem(400, f"Row {wrong[0, 0] + 1}: its score is infinite in single precision.")


def load(environ: Environ) -> Served:
    """The model folder's model, with the columns that SAGEMAKER_INFERENCE_OUTPUT names."""
    return Served(LinearModel.load(Folders.of(environ).model), environ)


def main(environ: Environ) -> None:
    """Answer until the container is stopped."""
    server.run(lambda: load(environ), environ)
