"""XML as S3 writes and reads it."""

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from local.aws.s3.errors import s3_error

_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


def element(name: str, inner: str, *, root: bool = False) -> str:
    """An element around XML; the root has S3's namespace."""
    namespace = f' xmlns="{_NAMESPACE}"' if root else ""
    return f"<{name}{namespace}>{inner}</{name}>"


def elements(values: Mapping[str, Any]) -> str:
    """An element for each value that is not None."""
    return "".join(element(name, escape(str(one))) for name, one in values.items() if one is not None)


class _WithoutDoctype(ElementTree.TreeBuilder):
    """Refuses a document that could declare entities, before any of them is expanded."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise s3_error("MalformedXML", "The XML you provided has a DOCTYPE; expected none.")


def parsed(body: bytes) -> ElementTree.Element:
    """The root of a document, its names without their namespace; raises AwsError for one that is malformed or
    has a DOCTYPE."""
    parser = ElementTree.XMLParser(target=_WithoutDoctype())  # noqa: S314 - a DOCTYPE is refused, so no entities
    try:
        root = ElementTree.fromstring(body, parser)  # noqa: S314 - by that parser
    except ElementTree.ParseError:
        raise s3_error("MalformedXML", "The XML you provided was not well-formed.") from None
    for one in root.iter():
        one.tag = str(one.tag).rpartition("}")[2]
    return root
