"""A candidate of AutoML: its containers, and the ranges in which its algorithm is tuned."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from stacks.constructs.model.image import ManagedImage
from stacks.constructs.model.inference_pipeline import Container
from stacks.constructs.pipeline.steps import Categorical, Continuous, Integer
from stacks.constructs.pipeline.steps.tuning_ranges import Range
from stacks.settings import ROOT
from stacks.workloads.shared.managed_images import SCIKIT_LEARN

RECORDIO = "application/x-recordio-protobuf"
FEATURES, LABELS = "features", "labels"

_RANGES = ROOT / "model_code" / "automl" / "analyze" / "candidate_ranges.json"


@dataclass(frozen=True)
class Candidate:
    """One of the candidate pipelines: transformers that are fitted, then an algorithm.

    In candidates.json it is called `dpp<number>-<algorithm>`. `sparse` says how its features travel.
    """

    number: int
    algorithm: str
    sparse: bool

    @property
    def name(self) -> str:
        return f"dpp{self.number}-{self.algorithm}"

    @property
    def tuned(self) -> Mapping[str, Any]:
        """The objective, static hyperparameters and ranges of its algorithm, as the notebooks have them."""
        found: Mapping[str, Any] = json.loads(_RANGES.read_text())[self.algorithm]
        return found

    @property
    def ranges(self) -> Sequence[Range]:
        return [_range(name, one) for name, one in self.tuned["ranges"].items()]

    @property
    def image(self) -> ManagedImage:
        return ManagedImage.named(self.algorithm)

    @property
    def features(self) -> Container:
        """The transformers: rows of the table in, features out, with the label if a row has one."""
        return Container.of_script(
            FEATURES,
            SCIKIT_LEARN,
            {
                "AUTOML_TRANSFORM_MODE": "feature-transform",
                "AUTOML_SPARSE_ENCODE_RECORDIO_PROTOBUF": "1" if self.sparse else "0",
                "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": RECORDIO,
            },
        )

    @property
    def containers(self) -> Sequence[Container]:
        """The hops of the whole model: rows of the table in, labels out."""
        # Without these variables an algorithm answers a probability, which is no number of a label.
        selection = {
            "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv",
            "SAGEMAKER_INFERENCE_OUTPUT": "predicted_label",
            "SAGEMAKER_INFERENCE_SUPPORTED": "predicted_label,probability,probabilities",
        }
        labels = {
            "AUTOML_TRANSFORM_MODE": "inverse-label-transform",
            "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv",
            "SAGEMAKER_INFERENCE_INPUT": "predicted_label",
            "SAGEMAKER_INFERENCE_OUTPUT": "predicted_label",
            "SAGEMAKER_INFERENCE_SUPPORTED": "predicted_label,probability,labels,probabilities",
        }
        return (
            self.features,
            Container(self.algorithm, self.image, selection),
            replace(Container.of_script(LABELS, SCIKIT_LEARN, labels), archive_of=FEATURES),
        )


def _range(name: str, found: Mapping[str, Any]) -> Range:
    if "values" in found:
        return Categorical(name, found["values"])
    kind = Integer if isinstance(found["low"], int) and isinstance(found["high"], int) else Continuous
    return kind(name, found["low"], found["high"], found.get("scaling", "Linear"))
