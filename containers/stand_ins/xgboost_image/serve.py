"""Serve a booster as the managed image does in algorithm mode."""

import numpy as np
from built_in import serving
from toolkit import content_types, environment, responses, server
from toolkit.environment import Environ, Folders
from toolkit.errors import ContainerProblem
from toolkit.responses import Response

from . import answers, ensemble, payload
from .answers import Batch, Output, RealTime
from .booster import Table, XgboostError
from .ensemble import Ensemble
from .selection import Selection

BEST_ITERATION = "SLIPWAY_BEST_ITERATION"


class XgboostModel:
    """An ensemble behind the server.

    An empty body is answered 204. With SAGEMAKER_BATCH the answer is one line a prediction whatever the
    Accept; with SAGEMAKER_INFERENCE_OUTPUT it has the columns named there. SLIPWAY_MANAGED_BEHAVIOR=1 scores
    a CSV row with too few columns and shifts libsvm that counts from 1, as the managed image does; else each
    is a 400.
    """

    def __init__(self, model: Ensemble, environ: Environ) -> None:
        self._model = model
        self._managed = environment.managed_behavior(environ)
        self._output = _output(model, environ, managed=self._managed)
        self._accept = serving.default_accept(environ, content_types.CSV, self._output.writes)
        self._execution_parameters = serving.execution_parameters(environ)

    def invoke(self, body: bytes, content_type: str, accept: str) -> Response:
        if not body:
            return Response(b"", status=204)
        try:
            tables = payload.tables(body, content_type, self._model.features, managed=self._managed)
            predictions = [self._model.predict(table) for table in tables]
            whole = predictions[0] if len(predictions) == 1 else np.concatenate(predictions)
            return self._answer(whole, accept)
        except XgboostError as error:
            return responses.problem(400, f"XGBoost does not take these rows: {error}")
        except Exception as error:
            return responses.failure(error)

    def execution_parameters(self) -> Response:
        return self._execution_parameters

    def _answer(self, predictions: Table, accept: str) -> Response:
        media_type = answers.accepted(accept, self._accept)
        if media_type not in self._output.writes:
            return responses.problem(
                500,
                f"As the managed image, the stand-in cannot write {media_type} here: accept "
                f"{' or '.join(self._output.writes)}, or set {environment.INFERENCE_OUTPUT}.",
            )
        body = self._output.encode(predictions, media_type)
        return Response(body, content_types.with_charset(media_type))


def _output(model: Ensemble, environ: Environ, *, managed: bool) -> Output:
    # The image looks whether the variable is set, not what it says.
    batch = bool(environ.get(environment.BATCH))
    if columns := environ.get(environment.INFERENCE_OUTPUT):
        return Selection(columns, model.objective, model.classes, managed=managed, batch=batch)
    return Batch() if batch else RealTime()


def load(environ: Environ) -> XgboostModel:
    """The ensemble in the model folder; its first file alone unless SAGEMAKER_INFERENCE_ENSEMBLE is `true`.

    SLIPWAY_BEST_ITERATION=1 scores with the rounds up to the one that early stopping chose, where the image
    scores with all that the file holds. Raises ContainerProblem where a script is to answer instead.
    """
    _refuse_script(environ)
    first_only = environ.get(environment.INFERENCE_ENSEMBLE, "true") != "true"
    best = environment.enabled(environ, BEST_ITERATION)
    model = ensemble.load(Folders.of(environ).model, first_only=first_only, best_iteration=best)
    return XgboostModel(model, environ)


def _refuse_script(environ: Environ) -> None:
    for variable in (environment.PROGRAM, environment.SUBMIT_DIRECTORY):
        if value := environ.get(variable):
            raise ContainerProblem(
                f"The stand-in does not run scripts, and {variable} is {value}: "
                "take the variable away to serve the model as the algorithm does."
            )


def main(environ: Environ) -> None:
    """Answer until the container is stopped."""
    server.run(lambda: load(environ), environ)
