"""The request that a stack exports for an endpoint or an API, so that anybody can try it."""

from dataclasses import dataclass

from assembly import Assembly
from assembly.errors import AssemblyError

CSV = "text/csv"


@dataclass(frozen=True)
class Example:
    """A body that is accepted, and its media type. A row of CSV stands here without its line end."""

    text: str
    media_type: str

    @property
    def body(self) -> bytes:
        return f"{self.text}\n".encode()


def example(assembly: Assembly, name: str) -> Example | None:
    """What is exported as `<name>-example`, of the type `<name>-example-type` (CSV where none is exported);
    None where there is no example."""
    try:
        text = str(assembly.import_value(f"{name}-example"))
    except AssemblyError:
        return None
    try:
        return Example(text, str(assembly.import_value(f"{name}-example-type")))
    except AssemblyError:
        return Example(text, CSV)
