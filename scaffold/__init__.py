"""Writes a new workload: its scripts, contract, function, stacks, tests and page, from templates."""
