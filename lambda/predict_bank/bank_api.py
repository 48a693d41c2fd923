"""The bank API's handler, with its client injected."""

from functools import partial

import bank_scoring
from bank_contract import SCORE, Client
from prediction_service import media_types, prediction, rows

PREDICTION = prediction.Prediction(
    operation=SCORE,
    decode=rows.decoders(Client, "clients"),
    encode=bank_scoring.rows,
    content_type=media_types.CSV,
    answer=bank_scoring.ANSWERS,
)

create_handler = partial(prediction.create_handler, PREDICTION)
