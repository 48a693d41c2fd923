"""SageMaker's API on this machine: what clients make with it is run here, and kept in the workspace."""
