"""Which resource a person means: `LogicalId`, a construct's path, or either after `STACK/`."""

from collections.abc import Iterator

from assembly.errors import UsageError
from rehearsal.cloudformation.declared import Declared, DeclaredStack


def find_resource(declared: Declared, text: str) -> tuple[str, str]:
    """The stack and the logical id of the one resource that the text names. Raises UsageError for none, and
    for several."""
    found = sorted({place for stack in declared.stacks.values() for place in _places(stack, text)})
    if not found:
        raise UsageError(f"no stack has a resource {text!r}; give its logical id, or its construct's path")
    if len(found) > 1:
        names = ", ".join(f"{stack}/{logical_id}" for stack, logical_id in found)
        raise UsageError(f"{text!r} is a resource of several stacks: give one of {names}")
    return found[0]


def _places(stack: DeclaredStack, text: str) -> Iterator[tuple[str, str]]:
    wanted = {text, text.removeprefix(f"{stack.name}/")}
    for logical_id in stack.resources:
        path = stack.path(logical_id)
        if wanted & {logical_id, path, path.removesuffix("/Resource")}:
            yield stack.name, logical_id
    for inner in stack.nested.values():
        yield from _places(inner, text)
