"""`slipway serve`: every endpoint and API of an assembly, until it is told to stop."""
