"""The row that a stack exports for an endpoint, so that anybody can try it."""

from local.assembly import Assembly
from local.errors import AssemblyError


def example_row(assembly: Assembly, endpoint: str) -> str | None:
    """What is exported as `<endpoint>-example`: a row of CSV that the endpoint accepts, or None."""
    try:
        return str(assembly.import_value(f"{endpoint}-example"))
    except AssemblyError:
        return None
