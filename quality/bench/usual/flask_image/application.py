"""/ping and /invocations by Flask."""

import importlib
import os

from flask import Flask, Response, request

script = importlib.import_module(os.environ["SAGEMAKER_PROGRAM"].removesuffix(".py"))
model = script.model_fn(f"{os.environ['SAGEMAKER_BASE_DIR']}/model")
app = Flask(__name__)


@app.get("/ping")
def ping() -> Response:
    return Response(status=200)


@app.post("/invocations")
def invocations() -> Response:
    accept = request.headers.get("Accept") or os.environ["SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT"]
    if accept == "*/*":
        accept = os.environ["SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT"]
    data = script.input_fn(request.get_data(as_text=True), request.headers["Content-Type"])
    body, content_type = script.output_fn(script.predict_fn(data, model), accept)
    return Response(body, mimetype=content_type)
