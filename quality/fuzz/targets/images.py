"""What images read that is not a table: arrays and scores as JSON, series, sentences, tensors, tweets."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from quality.fuzz.target import OF_WORKLOADS, Parse, Target, find_modules, require, together
from quality.fuzz.targets.hops import scores
from quality.fuzz.targets.tables import decoded


def _series() -> Parse:
    """A request to DeepAR is refused, or has series that the network can forecast."""
    find_modules()
    from deepar_image import requests
    from deepar_image.shape import Shape
    from toolkit.errors import CallerProblem

    shape = Shape("2H", 3, 3, 1, 1, 0.1, "student-t", 1, (2,), ((0, 1),), 1)

    def parse(data: bytes) -> None:
        for content_type in ("application/json", "application/jsonlines"):
            try:
                request = requests.read(data, content_type, shape, requests.Wanted())
            except CallerProblem as problem:
                require(problem.status == 400, f"status {problem.status}")
                continue
            for series in request.series:
                require(bool(np.isfinite(series.target[-3:]).any()), "nothing to forecast from")
                features = shape.entry(series)["feat_dynamic_real"]
                require(features.shape == (1, len(series.target) + 3), "features of another length")
            paths = np.zeros((min(request.wanted.num_samples, 3), 3), np.float32)
            requests.write([request.wanted.of(paths)], lines=request.lines)

    return parse


def _linear_rows() -> Parse:
    """A request to linear-learner, in each media type, is refused or is rows that a model can score."""
    find_modules()
    from built_in.answers import RECORDS
    from linear_learner_image import requests
    from toolkit.errors import CallerProblem

    def parse(data: bytes) -> None:
        for content_type in ("application/json", "application/jsonlines", "text/csv", RECORDS):
            try:
                table = requests.rows(data, content_type, 2)
            except CallerProblem as problem:
                require(problem.status == 400, f"status {problem.status}")
                continue
            require(len(table) > 0 and table.shape[1] == 2, "rows of another width")
            require(bool(np.isfinite(table).all()), "a number that is not finite")

    return parse


def _sentences() -> Parse:
    """A request for translations, in each media type, is refused or has only words that the model knows."""
    find_modules()
    from seq2seq_image import payload
    from seq2seq_image.vocabulary import Vocabulary
    from toolkit.errors import CallerProblem

    words = Vocabulary({"<pad>": 0, "<unk>": 1, "<s>": 2, "</s>": 3, "love": 4})

    def parse(data: bytes) -> None:
        for form in payload.FORMATS.values():
            try:
                sentences = form.read(data, words)
                payload.check_lengths(sentences, 8)
            except CallerProblem as problem:
                require(problem.status in (400, 413), f"status {problem.status}")
                continue
            known = [0 <= number < len(words) for sentence in sentences for number in sentence.words]
            require(bool(sentences) and all(known), "a word that is none")
            form.write([payload.Translation(sentence.words) for sentence in sentences], words)

    return parse


def _tensors() -> Parse:
    """A request to TensorFlow Serving is refused, or answered with what it holds: a request again."""
    find_modules()
    from tensorflow_inference_image import passed_on, rapid_json
    from tensorflow_inference_image.json_reader import MalformedJson
    from tensorflow_inference_image.models import Models
    from tensorflow_inference_image.rest import RestApi
    from tensorflow_inference_image.servable import NUMPY, Signature, TensorInfo

    # One for each type, and one of several inputs.
    signatures = {
        **{dtype: Signature({"x": TensorInfo(dtype)}, {"x": TensorInfo(dtype)}) for dtype in NUMPY},
        "serving_default": Signature({"x": TensorInfo("DT_FLOAT")}, {"x": TensorInfo("DT_FLOAT")}),
        "several": Signature(
            {"x": TensorInfo("DT_INT64"), "t_bytes": TensorInfo("DT_STRING")},
            {"x": TensorInfo("DT_INT64")},
        ),
    }

    class Same:
        """Answers with its inputs."""

        @property
        def signatures(self) -> Mapping[str, Signature]:
            return signatures

        def run(self, signature: Signature, inputs: Any) -> Any:
            return inputs

    api = RestApi(Models({"same": {1: Same()}}))

    def predict(body: bytes) -> Any:
        return api.answer("POST", "/v1/models/same:predict", body)

    def again(body: bytes, answer: bytes) -> None:
        document = rapid_json.parse(body)
        form = "instances" if "instances" in document else "inputs"
        content = answer.partition(b":")[2].rpartition(b"}")[0]
        head = json.dumps({"signature_name": document.get("signature_name", "")}).encode().removesuffix(b"}")
        second = predict(head + b', "' + form.encode() + b'":' + content + b"}")
        require((second.status, second.body) == (200, answer), "not what was written")

    def parse(data: bytes) -> None:
        if data.count(b"[") + data.count(b"{") < 200:
            read = [_read(way, data) for way in (rapid_json.parse, rapid_json.parse_by_hand)]
            require(read[0] == read[1], "two readers differ")
        for content_type in ("application/json", "text/csv"):
            status = predict(passed_on.request(data, content_type)).status
            require(status in (200, 400), f"status {status}")
        for method in ("predict", "classify", "regress"):
            answer = api.answer("POST", f"/v1/models/same:{method}", data)
            require(answer.status in (200, 400), f"status {answer.status}")
            if answer.status == 200:
                again(data, answer.body)

    def _read(way: Callable[[bytes], Any], data: bytes) -> str | None:
        try:
            return json.dumps(way(data), sort_keys=True)
        except MalformedJson:
            return None

    return parse


def _tweets() -> Parse:
    """A request for emojis, in each media type, is refused, or has tweets that are the same once written."""
    find_modules()
    import emoji_wire

    def parse(data: bytes) -> None:
        for content_type in (emoji_wire.JSON, emoji_wire.JSON_LINES, emoji_wire.CSV):
            try:
                tweets = emoji_wire.read(data, content_type)
            except emoji_wire.Refused as refused:
                require(refused.status == 400, f"status {refused.status}")
                continue
            lines = "".join(json.dumps({"tweet": tweet}) + "\n" for tweet in tweets)
            require(emoji_wire.read(lines, emoji_wire.JSON_LINES) == tweets, "another tweet once written")

    return parse


TARGETS = (
    Target(
        "image-requests",
        "JSON, JSON lines, CSV and RecordIO: arrays, scores, series, sentences, tensors, tweets",
        (
            "toolkit",
            "hop_request",
            "inference",
            "deepar_image",
            "linear_learner_image",
            "seq2seq_image",
            "tensorflow_inference_image",
            *OF_WORKLOADS,
        ),
        lambda: together(
            *(decoded("application/json"), scores("application/json"), _series(), _sentences()),
            *(_tensors(), _tweets(), _linear_rows()),
        ),
    ),
)
