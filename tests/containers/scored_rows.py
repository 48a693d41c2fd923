"""Two rows that models score differently."""

from container_process import Container

A, B = "1.5,2.25,0.0,3.0", "6.0,5.5,2.0,1.0"


def score(container: Container, row: str) -> str:
    return container.invoke(row, "text/csv").body.decode().strip()
