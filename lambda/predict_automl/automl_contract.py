"""The contract of the AutoML API; openapi.json is generated from it, and its row from a training's schema."""

from typing import Annotated

from automl_table import EXAMPLE_ROW, TARGET, Label, Row
from prediction_service import media_types
from prediction_service.contract import Contract, Operation, Predictions
from pydantic import BaseModel, ConfigDict, Field

LABELS: tuple[str, ...] = Label.__args__  # type: ignore[attr-defined]


class AutomlRequest(BaseModel):
    """The rows to score, in any order."""

    model_config = ConfigDict(extra="forbid")

    rows: Annotated[list[Row], Field(min_length=1)]


class Prediction(BaseModel):
    """What the model predicts of one row."""

    model_config = ConfigDict(strict=True, extra="forbid")

    predicted_label: Annotated[Label, Field(description=f"A value of the column {TARGET}.")]


class AutomlResponse(Predictions[Prediction]):
    """A prediction for each row, in the request's order."""


SCORE = Operation(
    path="/automl",
    summary="Predict labels",
    request=AutomlRequest,
    request_text={media_types.CSV: f"{EXAMPLE_ROW}\n"},
    answer=AutomlResponse,
    answer_text={media_types.CSV: f"{LABELS[0]}\n"},
)

CONTRACT = Contract(
    title="AutoML",
    description=f"Predicts the column {TARGET} of a table.",
    operation=SCORE,
)
