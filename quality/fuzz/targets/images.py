"""What images read that is not a table: arrays and scores as JSON, series, sentences."""

import numpy as np

from quality.fuzz.target import Parse, Target, find_modules, require, together
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


TARGETS = (
    Target(
        "image-requests",
        "JSON, JSON lines and RecordIO: arrays, scores, series, sentences",
        ("toolkit", "hop_request", "churn_scores", "inference", "deepar_image", "seq2seq_image"),
        lambda: together(decoded("application/json"), scores("application/json"), _series(), _sentences()),
    ),
)
