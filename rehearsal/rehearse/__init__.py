"""A deployment as people ask about it: whether it works, what it does in which order, and what it leaves."""
