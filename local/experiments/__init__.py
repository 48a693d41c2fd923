"""Experiments: each job of an execution is a trial component, as SageMaker's experiments have them."""
