"""The churn API's handler, with its client injected."""

from functools import partial

import churn_scoring
from churn_contract import SCORE, Customer
from prediction_service import media_types, prediction, rows

PREDICTION = prediction.Prediction(
    operation=SCORE,
    decode=rows.decoders(Customer, "customers"),
    encode=churn_scoring.rows,
    content_type=media_types.CSV,
    answer=churn_scoring.ANSWERS,
)

create_handler = partial(prediction.create_handler, PREDICTION)
