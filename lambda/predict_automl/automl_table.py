# ruff: noqa: E501 - a row may be long
"""The table's columns without its target, in its order, and the target's labels.

Generated from schema.json: `python scripts/write_automl_table.py`.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Number = Annotated[float, Field(allow_inf_nan=False)]
# A cell of the table: what its transformers have not seen counts as unknown.
Text = Annotated[str, Field(max_length=2048, pattern=r"^[^\r\n]*$")]

TARGET = "Churn?"
EXAMPLE_ROW = "KS,128,415,382-4657,no,yes,25,265.100000,110,45.070000,197.400000,99,16.780000,244.700000,91,11.010000,10.000000,3,2.700000,1"
Label = Literal["False.", "True."]


class Row(BaseModel):
    """One row. Every field is required; numbers are JSON numbers, not strings."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    state: Annotated[Text, Field(title="State")]
    account_length: Annotated[Number, Field(title="Account Length")]
    area_code: Annotated[Number, Field(title="Area Code")]
    phone: Annotated[Text, Field(title="Phone")]
    intl_plan: Annotated[Text, Field(title="Int'l Plan")]
    vmail_plan: Annotated[Text, Field(title="VMail Plan")]
    vmail_message: Annotated[Number, Field(title="VMail Message")]
    day_mins: Annotated[Number, Field(title="Day Mins")]
    day_calls: Annotated[Number, Field(title="Day Calls")]
    day_charge: Annotated[Number, Field(title="Day Charge")]
    eve_mins: Annotated[Number, Field(title="Eve Mins")]
    eve_calls: Annotated[Number, Field(title="Eve Calls")]
    eve_charge: Annotated[Number, Field(title="Eve Charge")]
    night_mins: Annotated[Number, Field(title="Night Mins")]
    night_calls: Annotated[Number, Field(title="Night Calls")]
    night_charge: Annotated[Number, Field(title="Night Charge")]
    intl_mins: Annotated[Number, Field(title="Intl Mins")]
    intl_calls: Annotated[Number, Field(title="Intl Calls")]
    intl_charge: Annotated[Number, Field(title="Intl Charge")]
    custserv_calls: Annotated[Number, Field(title="CustServ Calls")]
