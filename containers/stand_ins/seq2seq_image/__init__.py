"""Stands in for the built-in sequence-to-sequence image: its contract, in front of a small Transformer."""
