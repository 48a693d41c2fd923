"""The built-in algorithm's requests and answers as text: JSON, and JSON lines for files."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

JSON, JSON_LINES = "application/json", "application/jsonlines"
MOST_INSTANCES = 1000


class Refused(ValueError):
    """A request that cannot be translated; the message names the sentence by its index."""

    status = 400


@dataclass(frozen=True)
class Format:
    """How the sentences of a media type are read, and how their translations are written."""

    read: Callable[[str], list[str]]
    write: Callable[[Sequence[str]], str]


def format_of(content_type: str) -> Format:
    """The format of a request, and of its answer; refuses other types. None at all is JSON."""
    name = content_type.partition(";")[0].strip().lower() or JSON
    if name not in _FORMATS:
        raise Refused(f"Send one of {', '.join(_FORMATS)}.")
    return _FORMATS[name]


def _from_json(text: str) -> list[str]:
    document = _document(text, "The body")
    instances = document.get("instances") if isinstance(document, dict) else None
    if not isinstance(instances, list) or not instances:
        raise Refused('The body should be {"instances": [{"data": "..."}]}.')
    if len(instances) > MOST_INSTANCES:
        raise Refused(f"The body has more than {MOST_INSTANCES} instances.")
    return [_member(instance, "data", f"Sentence {index}") for index, instance in enumerate(instances)]


def _to_json(targets: Sequence[str]) -> str:
    return json.dumps({"predictions": [{"target": target} for target in targets]}, ensure_ascii=False)


def _from_lines(text: str) -> list[str]:
    lines = enumerate(text.removesuffix("\n").split("\n"))
    return [_member(_document(line, f"Line {index}"), "source", f"Line {index}") for index, line in lines]


def _to_lines(targets: Sequence[str]) -> str:
    return "".join(json.dumps({"target": target}, ensure_ascii=False) + "\n" for target in targets)


def _member(document: Any, name: str, what: str) -> str:
    value = document.get(name) if isinstance(document, dict) else None
    if not isinstance(value, str):
        raise Refused(f'{what} should be {{"{name}": "..."}}.')
    return value


def _document(text: str, what: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Refused(f"{what} is not JSON.") from None


_FORMATS = {JSON: Format(_from_json, _to_json), JSON_LINES: Format(_from_lines, _to_lines)}
