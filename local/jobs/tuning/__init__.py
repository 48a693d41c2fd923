"""Hyperparameter tuning jobs: a search space, an optimiser over it, and what its trials have shown."""
