"""What the condition of a pipeline compares."""


def shortfall(value: float, minimum: float) -> float:
    """How much is missing, to three digits and never 0 unless nothing is."""
    return float(f"{max(minimum - value, 0.0):.3g}")
