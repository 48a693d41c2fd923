"""What a template's values say: intrinsic functions as text with references, definitions decoded.

A reference compares by the construct it points to, so a logical id that CDK derives from a content
(a Lambda version, an API deployment) makes no difference by itself.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from review.assembly import Assembly, Stack

type Node = dict[str, Node] | list[Node] | Text | bool | int | float | None


@dataclass(frozen=True)
class Reference:
    """To a resource or parameter, possibly of another stack; `attribute` is empty for `Ref`."""

    stack: str
    path: str
    attribute: str = ""
    imported: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        target = f"{self.stack}/{self.path}" if self.imported else self.path
        return f"${{{target}.{self.attribute}}}" if self.attribute else f"${{{target}}}"


@dataclass(frozen=True)
class Content:
    """A hash of a content in a text: of an asset, or the content tag of an image."""

    name: str
    hash: str

    def __str__(self) -> str:
        return f"<{self.name}>"


type Part = str | Reference | Content


@dataclass(frozen=True)
class Text:
    """A string, with what is known only after deployment as parts of their own."""

    parts: tuple[Part, ...]

    def __str__(self) -> str:
        return "".join(map(str, self.parts))

    @property
    def references(self) -> list[Reference]:
        return [part for part in self.parts if isinstance(part, Reference)]

    @property
    def contents(self) -> list[Content]:
        return [part for part in self.parts if isinstance(part, Content)]

    def without_hashes(self) -> "Text":
        return Text(
            tuple(replace(part, hash="") if isinstance(part, Content) else part for part in self.parts)
        )


def show(node: Node) -> str:
    """One line for a value, strings without quotes, a mapping in the order of its keys."""
    if isinstance(node, dict):
        return f"{{{', '.join(f'{key}: {show(node[key])}' for key in sorted(node))}}}"
    if isinstance(node, list):
        return f"[{', '.join(map(show, node))}]"
    return str(node) if isinstance(node, Text) else json.dumps(node)


_CONTENT = re.compile(
    r"(?<![0-9a-f])(?P<asset>[0-9a-f]{64})(?![0-9a-f])"
    r"|\.dkr\.ecr\.[^/\s]+/(?P<repository>[a-z0-9._/-]+):(?P<tag>[0-9a-f]{16,64})(?![\w.-])"
)
_OUTPUTS = "Outputs."
_PLACEHOLDER = re.compile(r"\$\{(!?)([^}]*)\}")
# Private-use characters, so that no text of a template is taken for a marker.
_MARKER = re.compile("\ue000(\\d+)\ue001")


class Reader:
    """Reads the values of one stack's template; the assembly resolves what it imports from the others.

    The stack's own account reads as the reference to it that stands there when no account is set.
    """

    def __init__(self, assembly: Assembly, stack: Stack) -> None:
        self._assembly = assembly
        self._stack = stack

    def read(self, value: Any) -> Node:
        """The value with its intrinsic functions read and JSON objects inside of strings decoded.

        A function that cannot be read as text stays a mapping with one key, as the template has it.
        """
        if isinstance(value, dict):
            if len(value) == 1 and (text := self._function(*next(iter(value.items())))) is not None:
                return _decoded(text)
            return {key: self.read(member) for key, member in value.items()}
        if isinstance(value, list):
            return [self.read(member) for member in value]
        if isinstance(value, str):
            return _decoded(self._plain(value))
        return cast(Node, value)

    def _function(self, name: str, argument: Any) -> Text | None:
        text: Text | None = None
        match name, argument:
            case "Ref", str():
                text = self._referred(argument)
            case "Fn::GetAtt", str():
                text = self._referred(*argument.split(".", 1))
            case "Fn::GetAtt", [str(target), str(attribute)]:
                text = self._referred(target, attribute)
            case "Fn::Sub", str():
                text = self._substitute(argument, {})
            case "Fn::Sub", [str(template), dict(variables)]:
                text = self._substitute(template, variables)
            case "Fn::Join", [str(delimiter), list(members)]:
                text = self._join(delimiter, members)
            case "Fn::ImportValue", str():
                text = self._imported(self._assembly.exported(argument)) or self._call(
                    "ImportValue", argument
                )
            case "Fn::GetStackOutput", {"StackName": str(stack), "OutputName": str(output)}:
                text = self._imported(self._assembly.output(stack, output))
            case str(), _ if name.startswith("Fn::"):
                text = self._call(name.removeprefix("Fn::"), argument)
        return text

    def _referred(self, target: str, attribute: str = "") -> Text:
        """A reference; what crosses the border of a nested stack reads as the value on the other side."""
        if target.startswith("AWS::"):
            return Text((f"${{{target}}}",))
        stacks, across = self._assembly.stacks, None
        if not attribute and self._stack.parent and target in self._stack.given:
            across = self._imported((stacks[self._stack.parent], self._stack.given[target]))
        elif attribute.startswith(_OUTPUTS) and target in self._stack.nested:
            nested = stacks[self._stack.nested[target]]
            output = nested.outputs.get(attribute.removeprefix(_OUTPUTS))
            across = self._imported((nested, output["Value"])) if output else None
        return across or Text((Reference(self._stack.name, self._stack.path(target), attribute),))

    def _substitute(self, template: str, variables: Mapping[str, Any]) -> Text:
        parts: list[Part] = []
        end = 0
        for match in _PLACEHOLDER.finditer(template):
            parts += self._plain(template[end : match.start()]).parts
            end = match.end()
            literal, name = match.groups()
            if literal:
                parts.append(f"${{{name}}}")
            elif name in variables:
                parts += self._text(variables[name]).parts
            else:
                parts += self._referred(*name.split(".", 1)).parts
        return _merged([*parts, *self._plain(template[end:]).parts])

    def _join(self, delimiter: str, members: list[Any]) -> Text:
        parts: list[Part] = []
        for index, member in enumerate(members):
            parts += [delimiter] if index else []
            parts += self._text(member).parts
        return self._marked(_merged(parts))

    def _imported(self, found: tuple[Stack, Any] | None) -> Text | None:
        if found is None:
            return None
        producer, value = found
        text = Reader(self._assembly, producer)._text(value)
        return Text(tuple(replace(p, imported=True) if isinstance(p, Reference) else p for p in text.parts))

    def _call(self, name: str, argument: Any) -> Text | None:
        arguments = argument if isinstance(argument, list) else [argument]
        if any(isinstance(one, dict) and not _is_function(one) for one in arguments):
            return None
        parts: list[Part] = [f"{name}("]
        for index, one in enumerate(arguments):
            parts += [", "] if index else []
            parts += self._text(one).parts
        return _merged([*parts, ")"])

    def _text(self, value: Any) -> Text:
        if isinstance(value, dict) and _is_function(value):
            text = self._function(*next(iter(value.items())))
            return text if text is not None else Text((json.dumps(value, sort_keys=True),))
        if isinstance(value, str):
            return self._plain(value)
        return Text((json.dumps(value, sort_keys=True),))

    def _plain(self, value: str) -> Text:
        if self._stack.account:
            value = value.replace(self._stack.account, "${AWS::AccountId}")
        return self._marked(Text((value,)))

    def _marked(self, text: Text) -> Text:
        """The text with its content hashes as parts of their own."""
        parts: list[Part] = []
        for part in text.parts:
            parts += self._split(part) if isinstance(part, str) else [part]
        return _merged(parts)

    def _split(self, literal: str) -> Iterator[Part]:
        end = 0
        for match in _CONTENT.finditer(literal):
            kind = "asset" if match["asset"] else "tag"
            asset = self._stack.assets.get(match[kind])
            if kind == "asset" and asset is None:
                continue
            yield literal[end : match.start(kind)]
            yield Content(asset.name if asset else f"image {match['repository']}", match[kind])
            end = match.end(kind)
        yield literal[end:]


def _is_function(value: Mapping[str, Any]) -> bool:
    return len(value) == 1 and next(iter(value)).startswith(("Ref", "Fn::"))


def _merged(parts: Iterable[Part]) -> Text:
    merged: list[Part] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part != "":
            merged.append(part)
    return Text(tuple(merged))


def _decoded(text: Text) -> Node:
    """What a string that holds a JSON object says; any other string stays what it is."""
    first = text.parts[0] if text.parts else ""
    if not (isinstance(first, str) and first.lstrip().startswith("{")):
        return text
    marked = "".join(
        part if isinstance(part, str) else f"\ue000{index}\ue001" for index, part in enumerate(text.parts)
    )
    try:
        document = json.loads(marked)
    except ValueError:
        return text
    return _unmarked(document, text.parts)


def _unmarked(value: Any, parts: tuple[Part, ...]) -> Node:
    if isinstance(value, dict):
        return {str(_restored(key, parts)): _unmarked(member, parts) for key, member in value.items()}
    if isinstance(value, list):
        return [_unmarked(member, parts) for member in value]
    if isinstance(value, str):
        return _decoded(_restored(value, parts))
    return cast(Node, value)


def _restored(marked: str, parts: tuple[Part, ...]) -> Text:
    pieces = _MARKER.split(marked)
    return _merged(parts[int(piece)] if index % 2 else piece for index, piece in enumerate(pieces))
