"""Faults on purpose: what an endpoint answers while its containers are killed, stopped and spoilt."""
