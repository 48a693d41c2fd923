"""Hyperparameter tuning jobs: a search space, an optimizer over it, and what its trials have shown."""
