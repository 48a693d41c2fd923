"""The churn API's handler, with its client injected."""

from typing import TYPE_CHECKING

import churn_scoring
import slipway_prediction
from aws_lambda_powertools import Logger
from churn_contract import SCORE, Customer
from slipway_api import Handler
from slipway_environment import Environment

if TYPE_CHECKING:
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient

PREDICTION = slipway_prediction.Prediction(
    operation=SCORE,
    array="customers",
    row=Customer,
    body=churn_scoring.rows,
    answers=churn_scoring.ANSWERS,
)


def create_handler(environment: Environment, runtime: "SageMakerRuntimeClient", logger: Logger) -> Handler:
    """What Lambda calls with an event and a context."""
    return slipway_prediction.create_handler(PREDICTION, environment, runtime, logger)
