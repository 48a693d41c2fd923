"""What Lambda imports: `predict_automl.lambda_handler`, built from the environment at each cold start."""

import os

from automl_api import create_handler
from aws_lambda_powertools import Logger
from prediction_service.endpoint import create_runtime
from prediction_service.environment import Environment

environment = Environment.read(os.environ)
lambda_handler = create_handler(environment, create_runtime(environment), Logger(service="predict_automl"))
