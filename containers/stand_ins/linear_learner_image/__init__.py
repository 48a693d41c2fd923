"""Stands in for the managed linear-learner image: the same contract in numpy, with its own model format."""
