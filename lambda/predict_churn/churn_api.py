"""The churn API's handler, with its client injected."""

from functools import partial

import churn_scoring
from churn_contract import SCORE, Customer
from prediction_service import prediction, scores

PREDICTION = scores.of_rows(SCORE, Customer, "customers", churn_scoring.rows, churn_scoring.ANSWERS)

create_handler = partial(prediction.create_handler, PREDICTION)
