"""An endpoint: a chain of containers, its fleet, and InvokeEndpoint before it."""
