"""Stands in for the managed scikit-learn image 1.9-0: the same contract, our server, no pickles."""
