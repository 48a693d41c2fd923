"""Serve a trained network as the managed image does."""

import json
import threading

from toolkit import content_types, responses, server
from toolkit.environment import Environ, Folders
from toolkit.errors import ContainerProblem
from toolkit.responses import Response

from . import network, requests
from .network import Network
from .requests import Wanted

INFERENCE_CONFIG = "DEEPAR_INFERENCE_CONFIG"


class DeepArModel:
    """A network behind the server, one request at a time: samples are drawn from one generator."""

    def __init__(self, trained: Network, of_lines: Wanted) -> None:
        self._trained = trained
        self._of_lines = of_lines
        self._turn = threading.Lock()

    def invoke(self, body: bytes, content_type: str, accept: str) -> Response:
        try:
            request = requests.read(body, content_type, self._trained.shape, self._of_lines)
            with self._turn:
                paths = self._trained.sample(request.series, request.wanted.num_samples)
                answer = requests.write(map(request.wanted.of, paths), lines=request.lines)
        except Exception as error:
            return responses.failure(error)
        return Response(answer, content_types.JSON_LINES if request.lines else content_types.JSON)

    def execution_parameters(self) -> Response:
        parameters = {"MaxConcurrentTransforms": 1, "BatchStrategy": "SINGLE_RECORD", "MaxPayloadInMB": 6}
        return Response(json.dumps(parameters).encode(), content_types.JSON)


def load(environ: Environ) -> DeepArModel:
    """The model folder's network; DEEPAR_INFERENCE_CONFIG says what JSON lines are answered with."""
    try:
        of_lines = Wanted.parse(json.loads(environ.get(INFERENCE_CONFIG) or "{}"))
    except (ValueError, RecursionError) as error:
        raise ContainerProblem(f"{INFERENCE_CONFIG}: {error}") from None
    return DeepArModel(Network.load(Folders.of(environ).model), of_lines)


def main(environ: Environ) -> None:
    """Answer until the container is stopped."""
    network.quiet()
    server.run(lambda: load(environ), environ)
