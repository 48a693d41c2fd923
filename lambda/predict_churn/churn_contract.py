"""The contract of the churn API; openapi.json is generated from it.

A customer's fields are the raw columns of churn.txt, in the file's order, without the label.
"""

from typing import Annotated, Literal

from prediction_service import media_types
from prediction_service.contract import Contract, Operation, Predictions, not_negative_zero
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

# fmt: off
State = Literal[
    "AK", "AL", "AR", "AZ", "CA", "CO", "CT", "DC", "DE", "FL", "GA", "HI", "IA", "ID", "IL", "IN", "KS",
    "KY", "LA", "MA", "MD", "ME", "MI", "MN", "MO", "MS", "MT", "NC", "ND", "NE", "NH", "NJ", "NM", "NV",
    "NY", "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VA", "VT", "WA", "WI", "WV", "WY",
]
# fmt: on
AreaCode = Annotated[str, Field(pattern="^[2-9][0-9]{2}$")]
Phone = Annotated[str, Field(pattern="^[0-9]{3}-[0-9]{4}$")]
YesNo = Literal["yes", "no"]
Count = Annotated[int, Field(ge=0, le=10_000)]
# A period of 31 days has 44,640 minutes.
Minutes = Annotated[float, Field(ge=0, le=44_640, allow_inf_nan=False), AfterValidator(not_negative_zero)]
Charge = Annotated[float, Field(ge=0, le=10_000, allow_inf_nan=False), AfterValidator(not_negative_zero)]

_EXAMPLE_ROW = "ME,118,408,384-8723,yes,yes,21,156.5,122,26.61,209.2,125,17.78,158.7,81,7.14,11.1,3,3.0,4"


class Customer(BaseModel):
    """One customer's period of account. Every field is required; numbers are JSON numbers, not strings."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    state: State
    account_length: Count
    area_code: Annotated[
        AreaCode,
        Field(description="An area code that was not in the training data counts as unknown."),
    ]
    phone: Annotated[Phone, Field(description="Not used by the model.")]
    intl_plan: Annotated[YesNo, Field(title="Int'l Plan")]
    vmail_plan: Annotated[YesNo, Field(title="VMail Plan")]
    vmail_message: Annotated[Count, Field(title="VMail Message")]
    day_mins: Minutes
    day_calls: Count
    day_charge: Charge
    eve_mins: Minutes
    eve_calls: Count
    eve_charge: Charge
    night_mins: Minutes
    night_calls: Count
    night_charge: Charge
    intl_mins: Minutes
    intl_calls: Count
    intl_charge: Charge
    custserv_calls: Annotated[Count, Field(title="CustServ Calls")]


class ChurnRequest(BaseModel):
    """The customers to score, in any order."""

    model_config = ConfigDict(extra="forbid")

    customers: Annotated[list[Customer], Field(min_length=1)]


class Prediction(BaseModel):
    """One customer's prediction."""

    model_config = ConfigDict(strict=True, extra="forbid")

    churn: Annotated[bool, Field(description="Whether the score is above the threshold chosen in training.")]
    score: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class ChurnResponse(Predictions[Prediction]):
    """A prediction for each customer, in the request's order."""


SCORE = Operation(
    path="/churn",
    summary="Score customers",
    request=ChurnRequest,
    request_text={media_types.CSV: f"{_EXAMPLE_ROW}\n"},
    answer=ChurnResponse,
    answer_text={media_types.CSV: "True\n"},
)

CONTRACT = Contract(
    title="Churn",
    description="Predicts which telephone customers are about to leave.",
    operation=SCORE,
)
