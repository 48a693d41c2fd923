"""XML that clients of S3 send."""

import pytest

from local.aws.errors import AwsError
from local.aws.s3.xml import parsed

ENTITIES = b"".join(
    b'<!ENTITY e%d "%s">' % (level, b"&e%d;" % (level - 1) * 10 if level else b"grows") for level in range(9)
)


def test_names_are_read_without_their_namespace() -> None:
    root = parsed(
        b'<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Object><Key>a</Key></Object></Delete>'
    )
    assert [root.tag, root.findtext("Object/Key")] == ["Delete", "a"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "declared",
    [ENTITIES, b'<!ENTITY e8 SYSTEM "file:///etc/passwd">', b'<!ENTITY e8 "once">', b""],
    ids=["growing", "file", "plain", "none"],
)
def test_a_document_that_may_declare_entities_is_refused(declared: bytes, encoding: str) -> None:
    document = b"<!DOCTYPE Delete [%s]><Delete><Key>&e8;</Key></Delete>" % declared
    with pytest.raises(AwsError, match="has a DOCTYPE; expected none") as refused:
        parsed(document.decode().encode(encoding))
    assert (refused.value.code, refused.value.status) == ("MalformedXML", 400)


@pytest.mark.parametrize("body", [b"", b"<Delete>", b"<Delete/><Delete/>", b"\xff", b"<a>&e;</a>"])
def test_what_is_not_well_formed_is_refused(body: bytes) -> None:
    with pytest.raises(AwsError, match="was not well-formed"):
        parsed(body)
