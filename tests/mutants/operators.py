"""The faults: each a small change of one expression, as a hurried person makes it."""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

_SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    **{ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt},
    **{ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In},
    **{ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And},
    **{ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult},
    **{ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv},
}

_PASSED_OVER = (ast.JoinedStr, ast.Raise, ast.TypeAlias)


@dataclass(frozen=True)
class Mutant:
    """A file's text with one fault in it."""

    line: int
    before: str
    after: str
    text: str


def mutants(source: str) -> Iterator[Mutant]:
    """Every fault that can be planted in a file, in the order of its lines."""
    lines = [line.encode() for line in source.splitlines(keepends=True)]
    starts = [sum(map(len, lines[:number])) for number in range(len(lines))]
    whole = b"".join(lines)
    for node in sorted(_expressions(ast.parse(source)), key=lambda one: (one.lineno, one.col_offset)):
        begin = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        for changed in _changed(node):
            before, after = whole[begin:end].decode(), f"({ast.unparse(changed)})"
            yield Mutant(node.lineno, before, after, (whole[:begin] + after.encode() + whole[end:]).decode())


def _expressions(node: ast.AST) -> Iterator[ast.expr]:
    """Every expression that runs: no annotations, no f-strings, no text of an exception, no slices."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_params", "bases"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or isinstance(child, _PASSED_OVER):
                continue
            # `x[:, 1]` is a tuple that cannot stand in brackets of its own.
            if isinstance(child, ast.expr) and not (name == "slice" and isinstance(child, ast.Tuple)):
                yield child
            yield from _expressions(child)


def _changed(node: ast.expr) -> Iterator[ast.expr]:
    changed = copy.deepcopy(node)
    match changed:
        case ast.Compare(ops=[operator]) if type(operator) in _SWAPPED:
            changed.ops = [_SWAPPED[type(operator)]()]  # type: ignore[list-item]
        case ast.BoolOp(op=operator) | ast.BinOp(op=operator) if type(operator) in _SWAPPED:
            if _is_text(node) or isinstance(getattr(node, "right", None), ast.JoinedStr):
                return
            changed.op = _SWAPPED[type(operator)]()  # type: ignore[assignment]
        case ast.UnaryOp(op=ast.Not()):
            changed = changed.operand
        case ast.IfExp():
            changed.body, changed.orelse = changed.orelse, changed.body
        case ast.Constant(value=bool(value)):
            changed.value = not value
        case ast.Constant(value=int(value) | float(value)):
            changed.value = value + 1
        case ast.Tuple(elts=[_, _, *_], ctx=ast.Load()) | ast.List(elts=[_, *_], ctx=ast.Load()):
            del changed.elts[0]
        case ast.Set(elts=[_, _, *_]):
            del changed.elts[-1]
        case ast.Dict(keys=[_, *_]):
            del changed.keys[-1], changed.values[-1]
        case ast.Call(keywords=[*_, ast.keyword(arg=str())]):
            del changed.keywords[-1]
        case _:
            return
    yield changed


def _is_text(node: ast.AST) -> bool:
    """Whether something is put together of text, which `-` does not take."""
    return any(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in ast.walk(node)) and (
        isinstance(node, ast.BinOp)
    )
