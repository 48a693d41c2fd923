"""What the functions behind the APIs share; each adds its contract and a `prediction.Prediction`."""
