"""What is promised under abuse, faults, overload and replacement, measured: `python -m resilience`."""
