"""The two containers that are ours in a candidate's model of three: AUTOML_TRANSFORM_MODE says which.

feature-transform: rows of the table, text/csv without header, to features. The answer is RecordIO-protobuf
where Accept or SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT is application/x-recordio-protobuf, sparse with
AUTOML_SPARSE_ENCODE_RECORDIO_PROTOBUF=1, else text/csv. A row with the target in its place gets its label in
the answer.

inverse-label-transform: the algorithm's answer, text/csv of the columns that SAGEMAKER_INFERENCE_INPUT names
(predicted_label), to those that SAGEMAKER_INFERENCE_OUTPUT names.
"""

import os
from pathlib import Path
from typing import Protocol

from feature_transform import FeatureTransform
from hop_request import CSV, csv_text, media_type, unsupported
from inverse_labels import LABEL, InverseLabelTransform

MODE = "AUTOML_TRANSFORM_MODE"
FEATURES, LABELS = "feature-transform", "inverse-label-transform"


class Mode(Protocol):
    def answer(self, text: str, accept: str | None) -> tuple[str | bytes, str]:
        """The body and the content type of the answer to a CSV text."""


def model_fn(model_dir: str) -> Mode:
    environ = os.environ
    mode = environ.get(MODE, FEATURES)
    # A batch transform that assembles by line ends each answer itself.
    end = "" if environ.get("SAGEMAKER_BATCH") else "\n"
    if mode == FEATURES:
        return FeatureTransform(
            Path(model_dir),
            default=environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", CSV),
            sparse=environ.get("AUTOML_SPARSE_ENCODE_RECORDIO_PROTOBUF") == "1",
            end=end,
        )
    if mode == LABELS:
        return InverseLabelTransform(
            Path(model_dir),
            given=_names("SAGEMAKER_INFERENCE_INPUT") or (LABEL,),
            wanted=_names("SAGEMAKER_INFERENCE_OUTPUT"),
            end=end,
        )
    raise ValueError(f"{MODE}: expected {FEATURES} or {LABELS}, got {mode}")


def transform_fn(
    model: Mode, body: str | bytes, content_type: str | None, accept: str | None
) -> tuple[str | bytes, str]:
    if media_type(content_type) != CSV:
        raise unsupported(CSV)
    return model.answer(csv_text(body), accept)


def _names(variable: str) -> list[str]:
    return [name.strip() for name in os.environ.get(variable, "").split(",") if name.strip()]
