"""Holds `framework`, as SageMaker's own package does."""
