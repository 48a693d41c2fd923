"""Models behind SageMaker's layer, and an invocation of them."""

from serving_table import Half
from tensorflow_inference_image.invocations import InvocationModel
from tensorflow_inference_image.models import Models
from tensorflow_inference_image.rest import RestApi
from toolkit import received
from toolkit.received import Received
from toolkit.responses import Response

JSON = "application/json"
LOADED = Models({"half": {1: Half(2), 2: Half(3)}, "other": {1: Half(10)}})
BARE = InvocationModel(RestApi(LOADED).answer, "half")


def invoke(
    model: InvocationModel, body: bytes, content_type: str = JSON, accept: str = "", attributes: str = ""
) -> Response:
    headers = ((b"x-amzn-sagemaker-custom-attributes", attributes.encode()),) if attributes else ()
    token = received.request.set(Received(headers, body))
    try:
        return model.invoke(body, content_type, accept)
    finally:
        received.request.reset(token)
