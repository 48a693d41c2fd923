"""Stands in for the built-in DeepAR image, forecasting-deepar:1: GluonTS behind its contract."""
