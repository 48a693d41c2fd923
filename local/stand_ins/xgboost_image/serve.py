"""Serve a booster as the managed image does in algorithm mode."""

import json
import os

import numpy as np
from toolkit import content_types, environment, responses, server
from toolkit.environment import Environ, Folders
from toolkit.errors import ContainerProblem
from toolkit.responses import Response

from . import answers, ensemble, payload
from .booster import Table, XgboostError
from .ensemble import Ensemble
from .selection import Selection


class XgboostModel:
    """An ensemble behind the server.

    An empty body is answered 204. With SAGEMAKER_BATCH the answer is one line a prediction whatever the
    Accept; with SAGEMAKER_INFERENCE_OUTPUT it has the columns named there. SLIPWAY_MANAGED_BEHAVIOUR=1 scores
    a CSV row with too few columns, as the managed image does; else that is a 400.
    """

    def __init__(self, model: Ensemble, environ: Environ) -> None:
        self._model = model
        self._batch = environment.enabled(environ, environment.BATCH)
        self._managed = environment.enabled(environ, environment.MANAGED_BEHAVIOUR)
        self._accept = environ.get(environment.DEFAULT_INVOCATIONS_ACCEPT) or content_types.CSV
        if self._accept not in answers.SUPPORTED:
            raise ContainerProblem(
                f"{environment.DEFAULT_INVOCATIONS_ACCEPT} is {self._accept}; "
                f"it can be {', '.join(answers.SUPPORTED)}."
            )
        columns = environ.get(environment.INFERENCE_OUTPUT)
        self._selection = (
            Selection(columns, model.objective, model.classes, managed=self._managed) if columns else None
        )
        self._max_content_length = environment.number(
            environ, environment.MAX_CONTENT_LENGTH, environment.DEFAULT_MAX_CONTENT_LENGTH
        )

    def invoke(self, body: bytes, content_type: str, accept: str) -> Response:
        if not body:
            return Response(b"", status=204)
        try:
            tables = payload.tables(body, content_type, self._model.features, pad=self._managed)
            predictions = [self._model.predict(table) for table in tables]
            whole = predictions[0] if len(predictions) == 1 else np.concatenate(predictions)
            return self._answer(whole, accept)
        except XgboostError as error:
            return responses.problem(400, f"XGBoost does not take these rows: {error}")
        except Exception as error:
            return responses.failure(error)

    def execution_parameters(self) -> Response:
        parameters = {
            "MaxConcurrentTransforms": os.cpu_count() or 1,
            "BatchStrategy": "MULTI_RECORD",
            "MaxPayloadInMB": self._max_content_length // 1024**2,
        }
        return Response(json.dumps(parameters).encode(), content_types.JSON)

    def _answer(self, predictions: Table, accept: str) -> Response:
        if self._selection is not None:
            media_type = answers.accepted(accept, self._accept)
            body = self._selection.encode(predictions, media_type, batch=self._batch)
        elif self._batch:
            media_type, body = content_types.CSV, answers.lines(predictions)
        else:
            media_type = answers.accepted(accept, self._accept)
            body = answers.scores(predictions, media_type)
        return Response(body, content_types.with_charset(media_type))


def load(environ: Environ) -> XgboostModel:
    """The ensemble in the model folder; its first file alone with SAGEMAKER_INFERENCE_ENSEMBLE=false."""
    first_only = environ.get(environment.INFERENCE_ENSEMBLE, "true").lower() == "false"
    return XgboostModel(ensemble.load(Folders.of(environ).model, first_only=first_only), environ)


def main(environ: Environ) -> None:
    """Answer until the container is stopped."""
    server.run(lambda: load(environ), environ)
