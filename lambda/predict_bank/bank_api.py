"""The bank API's handler, with its client injected."""

from functools import partial

import bank_scoring
from bank_contract import SCORE, Client
from prediction_service import prediction, scores

PREDICTION = scores.of_rows(SCORE, Client, "clients", bank_scoring.rows, bank_scoring.ANSWERS)

create_handler = partial(prediction.create_handler, PREDICTION)
