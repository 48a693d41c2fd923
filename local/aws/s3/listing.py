"""ListObjects and ListObjectsV2: keys in S3's order, in pages, with common prefixes."""

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

from local.aws.s3.errors import s3_error
from local.aws.s3.objects import Object, Objects
from local.aws.s3.xml import element, elements

_PAGE = 1000


def list_objects(objects: Objects, bucket: str, query: Mapping[str, str]) -> str:
    """The answer, as XML, to a request's parameters; `list-type=2` asks for the second version."""
    second = query.get("list-type") == "2"
    prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
    size, after = _size(query), _start(query, second=second)
    found: list[Object] = []
    groups: list[str] = []
    truncated = False
    for one in objects.all(bucket, prefix):
        group = _group(one.key, prefix, delimiter)
        if one.key <= after or (group is not None and group in (after, *groups[-1:])):
            continue
        if len(found) + len(groups) == size:
            truncated = size > 0
            break
        if group is not None:
            groups.append(group)
        else:
            found.append(one)
    last = max([one.key for one in found[-1:]] + groups[-1:], default="")
    coded = _coded if query.get("encoding-type") == "url" else str
    head = {
        "Name": bucket,
        "Prefix": coded(prefix),
        "MaxKeys": size,
        "Delimiter": coded(delimiter) or None,
        "IsTruncated": str(truncated).lower(),
        "EncodingType": query.get("encoding-type"),
    }
    if second:
        head |= {
            "KeyCount": len(found) + len(groups),
            "ContinuationToken": query.get("continuation-token"),
            "NextContinuationToken": _token(last) if truncated else None,
            "StartAfter": query.get("start-after"),
        }
    else:
        head |= {"Marker": coded(query.get("marker", "")), "NextMarker": coded(last) if truncated else None}
    contents = "".join(element("Contents", _entry(one, coded(one.key))) for one in found)
    prefixes = "".join(element("CommonPrefixes", elements({"Prefix": coded(one)})) for one in groups)
    return element("ListBucketResult", elements(head) + contents + prefixes, root=True)


def written(seconds: float) -> str:
    """A time as S3 writes it in XML."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _entry(one: Object, key: str) -> str:
    return elements(
        {
            "Key": key,
            "LastModified": written(one.modified),
            "ETag": one.etag,
            "Size": one.size,
            "StorageClass": "STANDARD",
        }
    )


def _group(key: str, prefix: str, delimiter: str) -> str | None:
    """The common prefix to which a key belongs, None for one that stands for itself."""
    if not delimiter:
        return None
    head, found, _ = key[len(prefix) :].partition(delimiter)
    return prefix + head + delimiter if found else None


def _size(query: Mapping[str, str]) -> int:
    text = query.get("max-keys", str(_PAGE))
    if not text.isdecimal():
        raise s3_error("InvalidArgument", "Argument max-keys must be an integer between 0 and 2147483647")
    return min(int(text), _PAGE)


def _start(query: Mapping[str, str], *, second: bool) -> str:
    """What a page begins after."""
    if not second:
        return query.get("marker", "")
    token = query.get("continuation-token")
    if token is None:
        return query.get("start-after", "")
    try:
        return base64.b64decode(token.encode(), b"-_", validate=True).decode()
    except (ValueError, binascii.Error):
        raise s3_error("InvalidArgument", "The continuation token provided is incorrect") from None


def _token(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode()


def _coded(text: str) -> str:
    return quote(text, safe="/-_.~*")
