"""The contract of the bank API; openapi.json is generated from it.

A client's fields are the columns of bank-additional-full.csv, in the file's order, without the label and
without the duration of the call, which is known only after it. A `.` in a column's name is `_` here.
"""

from typing import Annotated, Literal

from prediction_service import media_types
from prediction_service.contract import Contract, Operation, Predictions, not_negative_zero
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

# fmt: off
Job = Literal[
    "admin.", "blue-collar", "entrepreneur", "housemaid", "management", "retired", "self-employed",
    "services", "student", "technician", "unemployed", "unknown",
]
Education = Literal[
    "basic.4y", "basic.6y", "basic.9y", "high.school", "illiterate", "professional.course",
    "university.degree", "unknown",
]
# fmt: on
Marital = Literal["divorced", "married", "single", "unknown"]
YesNo = Literal["no", "unknown", "yes"]
Month = Literal["apr", "aug", "dec", "jul", "jun", "mar", "may", "nov", "oct", "sep"]
Day = Literal["fri", "mon", "thu", "tue", "wed"]

_EXAMPLE_ROW = (
    "56,housemaid,married,basic.4y,no,no,no,telephone,may,mon,1,999,0,nonexistent,1.1,93.994,-36.4,4.857,5191"
)


class Client(BaseModel):
    """One client, before a call. Every field is required; numbers are JSON numbers, not strings."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    age: Annotated[int, Field(ge=0, le=150)]
    job: Job
    marital: Marital
    education: Education
    default: Annotated[YesNo, Field(description="Whether a credit is in default.")]
    housing: Annotated[YesNo, Field(description="Whether there is a housing loan.")]
    loan: Annotated[YesNo, Field(description="Whether there is a personal loan.")]
    contact: Literal["cellular", "telephone"]
    month: Annotated[Month, Field(description="Of the call; the public file has none in January, February.")]
    day_of_week: Annotated[Day, Field(description="Of the call.")]
    campaign: Annotated[int, Field(ge=0, le=1_000, description="Calls in this campaign, this one included.")]
    pdays: Annotated[
        int, Field(ge=0, le=999, description="Days since a call of a former campaign; 999 if there was none.")
    ]
    previous: Annotated[int, Field(ge=0, le=1_000, description="Calls before this campaign.")]
    poutcome: Annotated[
        Literal["failure", "nonexistent", "success"], Field(description="How a former campaign ended.")
    ]
    emp_var_rate: Annotated[float, Field(ge=-100, le=100, allow_inf_nan=False, title="emp.var.rate")]
    cons_price_idx: Annotated[
        float,
        Field(ge=0, le=1_000, allow_inf_nan=False, title="cons.price.idx"),
        AfterValidator(not_negative_zero),
    ]
    cons_conf_idx: Annotated[float, Field(ge=-1_000, le=1_000, allow_inf_nan=False, title="cons.conf.idx")]
    euribor3m: Annotated[float, Field(ge=-100, le=100, allow_inf_nan=False, title="euribor3m")]
    nr_employed: Annotated[
        float,
        Field(ge=0, le=1_000_000, allow_inf_nan=False, title="nr.employed"),
        AfterValidator(not_negative_zero),
    ]


class BankRequest(BaseModel):
    """The clients to score, in any order."""

    model_config = ConfigDict(extra="forbid")

    clients: Annotated[list[Client], Field(min_length=1)]


class Prediction(BaseModel):
    """The probability that one client subscribes."""

    model_config = ConfigDict(strict=True, extra="forbid")

    score: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class BankResponse(Predictions[Prediction]):
    """A prediction for each client, in the request's order."""


SCORE = Operation(
    path="/bank",
    summary="Score clients",
    request=BankRequest,
    request_text={media_types.CSV: f"{_EXAMPLE_ROW}\n"},
    answer=BankResponse,
    answer_text={media_types.CSV: "0.034\n"},
)

CONTRACT = Contract(
    title="Bank",
    description="Predicts which clients would subscribe to a term deposit if they were called.",
    operation=SCORE,
)
