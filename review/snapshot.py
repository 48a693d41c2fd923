"""Each stack as text that changes when somebody changes the stack, and at no other time.

Content hashes, the account and logical ids stand as names; definitions inside of strings are decoded.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from review.assembly import Assembly, Stack
from review.resources import resources
from review.values import Node, Reader, Text

_HEADER = "# Written by `make snapshots`: what the stack declares, without hashes, account and logical ids.\n"

# An image of our own is tagged by a digest of its source, which names other things of its stack, too.
_CONTENT_TAG = re.compile(r":([0-9a-f]{16})\b")


def write(assembly: Assembly, folder: Path) -> list[Path]:
    """Write every stack's text and remove those of stacks that are gone; returns what changed."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {folder / f"{name}.yaml": text for name, text in texts(assembly).items()}
    changed = []
    for path, text in wanted.items():
        if not path.is_file() or path.read_text() != text:
            scratch = path.with_suffix(f".{os.getpid()}")
            scratch.write_text(text)
            scratch.replace(path)
            changed.append(path)
    for path in sorted(set(folder.glob("*.yaml")) - wanted.keys()):
        path.unlink()
        changed.append(path)
    return changed


def texts(assembly: Assembly) -> dict[str, str]:
    """The text of each stack by its name, in which a nested one has a dot for its slash."""
    return {
        name.replace("/", "."): _HEADER + _without_content_tags(_dump(_document(assembly, stack)))
        for name, stack in assembly.stacks.items()
    }


def _without_content_tags(text: str) -> str:
    for tag in sorted(set(_CONTENT_TAG.findall(text))):
        text = text.replace(tag, "CONTENT")
    return text


def _document(assembly: Assembly, stack: Stack) -> dict[str, Any]:
    reader = Reader(assembly, stack)
    read = {key: _plain(reader.read(value)) for key, value in stack.template.items() if key != "Metadata"}
    read["Resources"] = {
        one.path: {"Type": one.type, **{key: _plain(value) for key, value in one.declared.items()}}
        for one in resources(assembly, stack)
    }
    read["Outputs"] = _outputs(stack, read.get("Outputs", {}))
    read["Stack"] = _plain(reader.read({"name": stack.name, "region": stack.region, **stack.settings}))
    return {key: value for key, value in read.items() if value}


def _outputs(stack: Stack, read: Mapping[str, Any]) -> dict[str, Any]:
    exports = {id: value for id, value in read.items() if stack.path(id).startswith("Exports/")}
    named = {stack.path(id): value for id, value in read.items() if id not in exports}
    return {**named, **{f"export of {value['Value']}": None for value in exports.values()}}


def _plain(node: Node) -> Any:
    if isinstance(node, dict):
        plain = {key: _plain(value) for key, value in node.items()}
        return {key: _unordered(value) if _is_set(key, plain) else value for key, value in plain.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    return str(node) if isinstance(node, Text) else node


def _is_set(key: str, owner: Mapping[str, Any]) -> bool:
    # CDK orders a policy by its resources, and so by the hashes in them; IAM knows no order.
    return key == "Statement" or ("Effect" in owner and key.removeprefix("Not") in ("Action", "Resource"))


def _unordered(value: Any) -> Any:
    return sorted(value, key=_dump) if isinstance(value, list) else value


def _dump(document: Any) -> str:
    return yaml.safe_dump(document, width=110, sort_keys=True, allow_unicode=True)
