"""What CloudFormation counts and measures before it begins with a stack."""

import json
import re
from collections.abc import Iterator
from typing import Final

from rehearsal.cloudformation.outcome import Refusal
from rehearsal.cloudformation.situation import Situation

PAGE: Final = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"
_SPLIT: Final = "move constructs into another stack or a nested one (cdk refactor keeps the resources)"
_LARGEST: Final = 1_000_000
# Section, the most that it may have, and how to get along with fewer.
_COUNTS: Final = (
    ("Resources", 500, _SPLIT),
    ("Outputs", 200, "export fewer values: join several into one, or write them to SSM parameters"),
    ("Parameters", 200, "join parameters into one of type CommaDelimitedList"),
    ("Mappings", 200, "join mappings, or decide in the program"),
)


def of_stack(situation: Situation) -> Iterator[Refusal]:
    """What is too much, too long, or named as it may not be."""
    template, stack = situation.stack.template, situation.stack.name
    for section, most, way in _COUNTS:
        count = len(template.get(section, {}))
        if count > most:
            text = (
                f"Template format error: Number of {section.lower()}, {count}, is greater than maximum"
                f" allowed, {most}"
            )
            yield Refusal("too-many", text, PAGE, (way,))
    size = len(json.dumps(template, separators=(",", ":")).encode())
    if size > _LARGEST:
        text = f"Template may not exceed {_LARGEST} bytes in size. (it has {size})"
        yield Refusal("template-size", text, PAGE, (_SPLIT,))
    if not re.fullmatch(r"[a-zA-Z][-a-zA-Z0-9]{0,127}", stack) and "/" not in stack:
        text = (
            f"1 validation error detected: Value '{stack}' at 'stackName' failed to satisfy constraint:"
            " Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*, and have at most 128"
            " characters"
        )
        yield Refusal("stack-name", text, PAGE, ("give the stack another name (stack_name=...)",))
    for section in ("Resources", "Outputs", "Parameters"):
        for name in template.get(section, {}):
            if not re.fullmatch(r"[a-zA-Z0-9]{1,255}", name):
                text = f"Template format error: {section} name {name} is non alphanumeric."
                yield Refusal(
                    "logical-id", text, PAGE, ("use letters and digits only (override_logical_id)",)
                )
    if len(str(template.get("Description", "")).encode()) > 1024:
        text = "Template format error: 'Description' length is greater than 1024."
        yield Refusal("description", text, PAGE, ("shorten the description of the stack",))
    yield from _exported_twice(situation)


def _exported_twice(situation: Situation) -> Iterator[Refusal]:
    seen: dict[str, str] = {}
    for name, one in situation.stack.template.get("Outputs", {}).items():
        export = one.get("Export", {}).get("Name")
        if isinstance(export, str) and export in seen:
            text = (
                f"Template format error: Output {name} is malformed: export {export} is the one of"
                f" {seen[export]}"
            )
            yield Refusal("export-twice", text, PAGE, (f"export {name} under another name",))
        if isinstance(export, str):
            seen[export] = name
