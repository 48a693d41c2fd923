"""The request that a stack exports for others to try, and of which media type it is."""

from types import SimpleNamespace
from typing import Any, cast

from assembly import Assembly
from assembly.errors import AssemblyError
from local.endpoint.example import Example, example


def exporting(**values: str) -> Assembly:
    def import_value(name: str) -> Any:
        try:
            return values[name.replace("-", "_")]
        except KeyError:
            raise AssemblyError(name) from None

    return cast(Assembly, SimpleNamespace(import_value=import_value))


def test_an_example_is_a_row_of_csv_unless_its_type_is_exported_too() -> None:
    assert example(exporting(a_example="1,2"), "a") == Example("1,2", "text/csv")
    typed = exporting(a_example="{}", a_example_type="application/json")
    assert example(typed, "a") == Example("{}", "application/json")


def test_no_export_is_no_example() -> None:
    assert example(exporting(b_example="1,2"), "a") is None
