"""Stands in for the managed XGBoost image 3.2-0 in algorithm mode: the same contract, without pickles."""
