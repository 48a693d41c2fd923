"""Holds `framework`, as SageMaker's own package does."""

from toolkit.packages import absent_names

__getattr__ = absent_names(__name__)
