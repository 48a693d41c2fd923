"""The TensorFlow inference image with TensorFlow: the contract's table, over HTTP, of a SavedModel."""

import http.client
import json
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from container_process import Answer, Container, free_port, start_failure
from patience import PATIENCE
from serving_table import EXAMPLES, TABLE, Request, error, named, rows

from local.containers.images import Images

PYTHON = Images.load().named("tensorflow-inference").python
MODULE = "tensorflow_inference_image"
JSON = "application/json"
# What serving_table's `Half` does, as a graph. TensorFlow saves predict signatures alone: two are renamed.
MAKE = """
import sys
from pathlib import Path
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

def same(dtype, function=tf.identity):
    spec = tf.TensorSpec([None], dtype, name="x")
    return tf.function(lambda x: {"y": function(x)}, input_signature=[spec])

def parsed(inputs):
    feature = tf.io.FixedLenFeature([], tf.float32)
    return tf.io.parse_example(inputs, {"x": feature})["x"] * 0.5 + 2.0

class Half(tf.Module):
    def __init__(self, constant):
        self.constant = tf.Variable(float(constant))
        examples = tf.TensorSpec([None], tf.string, name="inputs")
        ids = tf.TensorSpec([None, None], tf.int64, name="ids")
        text = tf.TensorSpec([None], tf.string, name="text")
        total = lambda ids, text: {"total": tf.reduce_sum(ids, 1), "text_bytes": tf.identity(text)}
        uneven = lambda x: {"a": tf.identity(x), "b": tf.concat([x, x], 0)}
        product = lambda ids: {"y": tf.matmul(tf.cast(ids, tf.float32), tf.ones([3, 2]))}
        self.functions = {
            "serving_default": same(tf.float32, lambda x: x * 0.5 + self.constant),
            "many": tf.function(total, input_signature=[ids, text]),
            "text": same(tf.string), "double": same(tf.float64), "flag": same(tf.bool), "int8": same(tf.int8),
            "int32": same(tf.int32), "int64": same(tf.int64), "uint64": same(tf.uint64),
            "half_precision": same(tf.float16),
            "constant": tf.function(lambda: {"y": self.constant + 0.0}, input_signature=[]),
            "scalar": same(tf.float32, tf.reduce_sum),
            "uneven": tf.function(uneven, input_signature=[tf.TensorSpec([None], tf.float32, name="x")]),
            "complex": same(tf.float32, lambda x: tf.cast(x, tf.complex64)),
            "number": tf.function(lambda inputs: {"outputs": parsed(inputs)}, input_signature=[examples]),
            "score": tf.function(
                lambda inputs: {"scores": parsed(inputs)[:, None]}, input_signature=[examples]
            ),
            "product": tf.function(product, input_signature=[ids]),
        }

def save(constant, folder):
    model = Half(constant)
    tf.saved_model.save(model, str(folder), signatures=model.functions)
    path = Path(folder, "saved_model.pb")
    saved = saved_model_pb2.SavedModel.FromString(path.read_bytes())
    for name, method in (("number", "regress"), ("score", "classify")):
        saved.meta_graphs[0].signature_def[name].method_name = "tensorflow/serving/" + method
    path.write_bytes(saved.SerializeToString())

root = Path(sys.argv[1])
for constant, version in ((2, "half/1"), (3, "half/2"), (10, "other/00000007")):
    save(constant, root / version)
"""


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of models that containers link to."""
    folder = tmp_path_factory.mktemp("models")
    made = subprocess.run(
        [PYTHON, "-c", MAKE, folder],
        capture_output=True,
        text=True,
        check=False,
        env={"TF_CPP_MIN_LOG_LEVEL": "2", "OMP_NUM_THREADS": "1"},
    )
    assert made.returncode == 0, made.stderr
    return folder


class Serving(Container):
    """The container, and its second port."""

    def __init__(self, folder: Path, models: Path, script: str = "", **variables: str) -> None:
        (folder / "model").mkdir(parents=True)
        for model in models.iterdir():
            for version in model.iterdir():
                target = folder / "model" / model.name / version.name
                target.mkdir(parents=True)
                for path in version.iterdir():
                    (target / path.name).symlink_to(path)
        if script:
            (folder / "model" / "code").mkdir()
            (folder / "model" / "code" / "inference.py").write_text(script)
        self._rest = free_port()
        ports = f"{self._rest - 1}-{self._rest + 8}"
        defaults = {"SAGEMAKER_SAFE_PORT_RANGE": ports, "SAGEMAKER_TFS_DEFAULT_MODEL_NAME": "half"}
        super().__init__(MODULE, folder, PYTHON, **{**defaults, **variables})

    def rest(self, method: str, path: str, body: bytes = b"") -> Answer:
        """A request to TensorFlow Serving itself."""
        with closing(http.client.HTTPConnection("127.0.0.1", self._rest, timeout=PATIENCE)) as connection:
            connection.request(method, path, body)
            response = connection.getresponse()
            return Answer(response.status, response.getheader("content-type", ""), response.read(), {})


@pytest.fixture(scope="module")
def container(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with Serving(tmp_path_factory.mktemp("serving"), models) as serving:
        yield serving


@pytest.mark.parametrize("request_", TABLE + EXAMPLES, ids=lambda one: one.name)
def test_a_request_is_answered_to_the_letter(container: Serving, request_: Request) -> None:
    body = request_.body.encode("utf-8", "surrogatepass")
    answer = container.rest(request_.method, request_.path, body)

    assert (answer.status, answer.body.decode()) == (request_.status, request_.answer)


def test_a_graphs_own_error_is_a_400_with_its_text(container: Serving) -> None:
    body = named("product", '"inputs": [[1, 2]]').encode()
    answer = container.rest("POST", "/v1/models/half:predict", body)

    assert answer.status == 400
    told = json.loads(answer.body)["error"]
    assert told.startswith("Matrix size-incompatible: In[0]: [1,2], In[1]: [3,2]\n\t [[{{node ")


def test_an_output_is_the_graphs_own(container: Serving) -> None:
    values = np.random.default_rng(1).normal(size=1000).astype(np.float32)
    body = json.dumps({"inputs": values.tolist()}).encode()
    answer = container.rest("POST", "/v1/models/half:predict", body)

    outputs = np.array(json.loads(answer.body)["outputs"], dtype=np.float32)
    assert outputs.tobytes() == (values * np.float32(0.5) + np.float32(3)).tobytes()


def test_metadata_has_the_signatures_as_they_were_saved(container: Serving) -> None:
    document = json.loads(container.rest("GET", "/v1/models/other/versions/7/metadata").body)
    signatures = document["metadata"]["signature_def"]["signature_def"]

    assert document["model_spec"] == {"name": "other", "signature_name": "", "version": "7"}
    assert signatures["serving_default"]["inputs"]["x"]["tensor_shape"] == {
        "dim": [{"size": "-1", "name": ""}],
        "unknown_rank": False,
    }
    assert signatures["serving_default"]["method_name"] == "tensorflow/serving/predict"
    assert signatures["number"]["method_name"] == "tensorflow/serving/regress"
    assert signatures["__saved_model_init_op"]["outputs"]["__saved_model_init_op"]["dtype"] == "DT_INVALID"


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [("", "3.5"), ("tfs-model-version=1", "2.5"), ("tfs-model-name=other", "10.5")],
)
def test_an_invocation_names_its_model(container: Serving, attributes: str, expected: str) -> None:
    headers = {"Content-Type": "text/csv", "X-Amzn-SageMaker-Custom-Attributes": attributes}
    answer = container.request("POST", "/invocations", b"1", headers)

    assert (answer.status, answer.body.decode()) == (200, rows(expected))


def test_it_is_alive(container: Serving) -> None:
    assert container.request("GET", "/ping").status == 200
    assert container.request("GET", "/execution-parameters").status == 404


def test_hostile_bodies_are_the_callers_fault_and_leave_nothing_in_the_log(container: Serving) -> None:
    secret = "s3cr3t tweet 😂"
    bodies = [
        secret,
        f'{{"instances": ["{secret}"]}}',
        f'"{secret}',
        secret * 10_000,
        f"\0{secret}",
        "[" * 50_000,
    ]

    for body in bodies:
        for content_type in (JSON, "text/csv"):
            answer = container.invoke(body.encode(), content_type)
            assert answer.status == 400, body[:40]
    too_large = container.invoke(secret.encode() * 400_000, "text/csv")

    assert too_large.status == 413
    assert container.request("GET", "/ping").status == 200
    assert "s3cr3t" not in container.log()


SCRIPT = """
import falcon
import requests

def handler(data, context):
    text = data.read().decode()
    if not text.strip():
        raise falcon.HTTPBadRequest(title="empty", description="There is no number.")
    response = requests.post(context.rest_uri, data='{"instances": [%s]}' % text)
    if response.status_code != 200:
        raise ValueError(response.json()["error"])
    return response.content, context.accept_header
"""


@pytest.mark.parametrize(("managed", "status"), [("0", 400), ("1", 500)])
def test_a_script_uses_what_the_image_has(models: Path, tmp_path: Path, managed: str, status: int) -> None:
    with Serving(tmp_path, models, SCRIPT, SLIPWAY_MANAGED_BEHAVIOR=managed) as serving:
        answered = serving.invoke(b"1, 2", "text/plain", "application/x-mine")
        refused = serving.invoke(b" ", "text/plain")
        failed = serving.invoke(b'"s3cr3t"', "text/plain")
        log = serving.log()
        code = serving.stop()

    assert (answered.status, answered.content_type, answered.body.decode()) == (
        200,
        "application/x-mine",
        rows("3.5, 4.0"),
    )
    assert refused.status == status
    assert managed == "1" or json.loads(refused.body) == {"error": "There is no number."}
    assert failed.status == 500
    assert "s3cr3t" in json.loads(failed.body)["error"]
    assert "s3cr3t" not in log
    assert code == 0


def test_with_batching_a_request_of_more_rows_is_refused(models: Path, tmp_path: Path) -> None:
    variables = {"SAGEMAKER_TFS_ENABLE_BATCHING": "true", "SAGEMAKER_TFS_MAX_BATCH_SIZE": "3"}
    with Serving(tmp_path, models, **variables) as serving:
        assert serving.rest("POST", "/v1/models/half:predict", b'{"instances": [1, 2, 3]}').status == 200
        answer = serving.rest("POST", "/v1/models/half:predict", b'{"instances": [1, 2, 3, 4]}')

    assert (answer.status, answer.body.decode()) == (
        400,
        error("Task size 4 is larger than maximum input batch size 3"),
    )


def test_a_saved_model_that_is_none_does_not_start(tmp_path: Path) -> None:
    version = tmp_path / "model" / "half" / "1"
    version.mkdir(parents=True)
    (version / "saved_model.pb").write_bytes(b"nothing of the kind")

    assert "half/1/saved_model.pb cannot be served" in start_failure(MODULE, tmp_path, PYTHON)
