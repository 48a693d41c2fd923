"""Stands in for AWS's TensorFlow inference image: TensorFlow Serving's REST API under SageMaker's layer."""
