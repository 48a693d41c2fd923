"""What is promised under abuse, faults, overload and replacement: `python -m quality.resilience`."""
