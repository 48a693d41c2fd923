"""The faults that are planted: each is Python, and another program than before."""

import ast
from pathlib import Path

import pytest
from operators import mutants

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("source", "planted"),
    [
        ("a = b < 1", ["a = (b <= 1)", "a = b < (2)"]),
        ("a = b / c", ["a = (b * c)"]),
        ("a = not b", ["a = (b)"]),
        ("a = b and c", ["a = (b or c)"]),
        ("a = b if c else d", ["a = (d if c else b)"]),
        ("a = True", ["a = (False)"]),
        ("a = ('events', b)", ["a = ((b,))"]),
        ("a = {'é': b}", ["a = ({})"]),
        ("a = f(b, c=d)", ["a = (f(b))"]),
    ],
)
def test_an_expression_has_the_faults_of_a_hurried_person(source: str, planted: list[str]) -> None:
    assert [one.text for one in mutants(source)] == planted


@pytest.mark.parametrize(
    "source",
    ["a: tuple[int, 1]", "raise E(1)", "a = f'{1}'", "a = b[:, c]", "a = b + f'c'", "a = 'b' + c", "a = b"],
)
def test_what_says_nothing_or_only_talks_is_left_alone(source: str) -> None:
    assert list(mutants(source)) == []


def test_every_fault_of_a_module_is_python_and_names_its_line() -> None:
    source = (ROOT / "stacks" / "constructs" / "model" / "endpoint.py").read_text()
    found = list(mutants(source))
    assert any(one.before == "limits.error_percent / 100" for one in found)
    for one in found:
        assert ast.dump(ast.parse(one.text)) != ast.dump(ast.parse(source))
        assert one.before.splitlines()[0] in source.splitlines()[one.line - 1]
