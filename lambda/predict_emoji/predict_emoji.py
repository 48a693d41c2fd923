"""What Lambda imports: `predict_emoji.lambda_handler`, built from its environment at a cold start."""

import os

from aws_lambda_powertools import Logger
from emoji_api import create_handler
from prediction_service.endpoint import create_runtime
from prediction_service.environment import Environment

environment = Environment.read(os.environ)
logger = Logger(service="predict_emoji")
lambda_handler = create_handler(environment, create_runtime(environment), logger)
