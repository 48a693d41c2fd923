"""API Gateway's REST APIs and the Lambda functions behind them, as the template declares them."""
