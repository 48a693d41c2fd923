"""The churn API's handler, with its client injected."""

from functools import partial

import churn_scoring
import slipway_media
import slipway_prediction
import slipway_rows
from churn_contract import SCORE, Customer

PREDICTION = slipway_prediction.Prediction(
    operation=SCORE,
    decode=slipway_rows.decoders(Customer, "customers"),
    encode=churn_scoring.rows,
    content_type=slipway_media.CSV,
    answer=churn_scoring.ANSWERS,
)

create_handler = partial(slipway_prediction.create_handler, PREDICTION)
