"""Churn: four containers that answer one after the other, served by one endpoint."""

from collections.abc import Sequence
from typing import Any

from constructs import Construct

from stacks.constructs.image import Image, ManagedImage
from stacks.constructs.inference_pipeline import Container
from stacks.serving import ServingStack

SCIKIT_LEARN = ManagedImage.named("scikit-learn")
XGBOOST = ManagedImage.named("xgboost")

# A customer who stays, as a client sends the row; `make serve` shows a call with it.
_EXAMPLE = "KS,186,510,400-6454,no,no,0,137.8,97,23.43,187.7,118,15.95,146.4,85,6.59,8.7,6,2.35,1"


def churn_containers(script_mode: Image) -> Sequence[Container]:
    """The hops of the model in their order, the same in training and in serving."""
    csv = {"SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv"}
    script = {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code", **csv}
    return (
        Container("preprocess", SCIKIT_LEARN, script),
        Container("pca", script_mode, script),
        Container("xgboost", XGBOOST, csv),
        Container("postprocess", SCIKIT_LEARN, script),
    )


class ChurnServing(ServingStack):
    """The endpoint of the four containers."""

    def __init__(self, scope: Construct, id: str, *, script_mode: Image, **kwargs: Any) -> None:
        containers = churn_containers(script_mode)
        super().__init__(scope, id, workload="churn", containers=containers, example=_EXAMPLE, **kwargs)
