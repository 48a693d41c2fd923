"""The bank API's handler, with its client injected."""

from functools import partial

import bank_scoring
import slipway_media
import slipway_prediction
import slipway_rows
from bank_contract import SCORE, Client

PREDICTION = slipway_prediction.Prediction(
    operation=SCORE,
    decode=slipway_rows.decoders(Client, "clients"),
    encode=bank_scoring.rows,
    content_type=slipway_media.CSV,
    answer=bank_scoring.ANSWERS,
)

create_handler = partial(slipway_prediction.create_handler, PREDICTION)
