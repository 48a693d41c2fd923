"""S3's REST protocol, for paths `/<bucket>/<key>`: what clients of SageMaker need of it."""

import asyncio
import re
import shutil
import tempfile
import uuid
from collections.abc import Callable, Mapping
from email.utils import formatdate
from pathlib import Path
from urllib.parse import unquote

from local.api.request import Request
from local.aws.errors import AwsError, xml_code
from local.aws.front import Send, demand_signature, send_response
from local.aws.s3.asked import Asked
from local.aws.s3.buckets import MadeBuckets
from local.aws.s3.conditions import Condition
from local.aws.s3.errors import s3_error
from local.aws.s3.listing import list_objects, written
from local.aws.s3.multipart import Uploads
from local.aws.s3.objects import Digests, Object, Objects
from local.aws.s3.xml import element, elements, parsed
from local.http.bodies import Bodies, Receive
from local.http.client import Response

_CHUNK = 1 << 20
_LARGEST_XML = 4 << 20
_BODY_SECONDS = 60.0
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class S3:
    """The service; `objects` are the storage's, `made` the buckets of clients."""

    def __init__(self, objects: Objects, made: MadeBuckets, region: str) -> None:
        self.region = region
        self._objects = objects
        self._made = made
        self._uploads = Uploads(objects)
        self._bodies = Bodies(_LARGEST_XML)
        self._operations: Mapping[tuple[str, str, str | None], Callable[[Asked], Response]] = {
            ("GET", "service", None): self._list_buckets,
            ("HEAD", "bucket", None): self._head_bucket,
            ("DELETE", "bucket", None): self._delete_bucket,
            ("GET", "bucket", "location"): self._location,
            ("GET", "bucket", None): self._list,
            ("GET", "bucket", "list-type"): self._list,
            ("HEAD", "object", None): self._head,
            ("DELETE", "object", None): self._delete,
            ("POST", "object", "uploads"): self._begin_upload,
            ("DELETE", "object", "uploadId"): self._abort_upload,
        }
        self._with_body: Mapping[tuple[str, str, str | None], Callable[[Asked, bytes], Response]] = {
            ("PUT", "bucket", None): self._create_bucket,
            ("POST", "bucket", "delete"): self._delete_several,
            ("POST", "object", "uploadId"): self._complete_upload,
        }

    async def __call__(self, request: Request, receive: Receive, send: Send) -> None:
        demand_signature(request, "s3", self.region)
        asked = Asked.of(request, receive)
        operation = asked.operation
        if operation == ("GET", "object", None):
            await self._get(asked, send)
        elif operation in (("PUT", "object", None), ("PUT", "object", "partNumber")):
            await send_response(send, await self._put(asked))
        elif operation in self._with_body:
            async with self._bodies.whole(receive, _BODY_SECONDS) as body:
                await send_response(send, await asyncio.to_thread(self._with_body[operation], asked, body))
        elif operation in self._operations:
            await send_response(send, await asyncio.to_thread(self._operations[operation], asked))
        else:
            method, what, parameter = operation
            asked_for = f"{method} of a {what}{f' with ?{parameter}' if parameter else ''}"
            raise s3_error("NotImplemented", f"{asked_for} is not implemented here")

    def error(self, error: AwsError) -> Response:
        code = {"MissingAuthenticationTokenException": "AccessDenied"}.get(error.code, xml_code(error))
        text = element("Error", elements({"Code": code, "Message": error, "RequestId": uuid.uuid4()}))
        return _xml(text, error.status)

    def _list_buckets(self, asked: Asked) -> Response:
        storage = self._objects.storage
        entries = [
            element(
                "Bucket", elements({"Name": name, "CreationDate": written(self._made.created(name) or 0)})
            )
            for name in sorted({*storage.declared_buckets, *self._made.names()})
        ]
        return _xml(element("ListAllMyBucketsResult", element("Buckets", "".join(entries)), root=True))

    def _create_bucket(self, asked: Asked, body: bytes) -> Response:
        place = parsed(body).findtext("LocationConstraint") if body else None
        if place not in (None, self.region):
            raise s3_error(
                "IllegalLocationConstraintException",
                f"The {place} location constraint is incompatible for the region specific endpoint this "
                f"request was sent to: {self.region}.",
            )
        self._made.make(asked.bucket, self._objects.storage)
        return Response(200, {"location": f"/{asked.bucket}"})

    def _head_bucket(self, asked: Asked) -> Response:
        self._objects.demand_bucket(asked.bucket)
        return Response(200, {"x-amz-bucket-region": self.region})

    def _delete_bucket(self, asked: Asked) -> Response:
        if self._objects.all(asked.bucket, ""):
            raise s3_error("BucketNotEmpty", "The bucket you tried to delete is not empty")
        self._made.remove(asked.bucket, self._objects.storage)
        return Response(204)

    def _location(self, asked: Asked) -> Response:
        self._objects.demand_bucket(asked.bucket)
        region = "" if self.region == "us-east-1" else self.region
        return _xml(element("LocationConstraint", region, root=True))

    def _list(self, asked: Asked) -> Response:
        return _xml(list_objects(self._objects, asked.bucket, asked.query))

    def _head(self, asked: Asked) -> Response:
        found = self._objects.find(asked.bucket, asked.key)
        _demand_conditions(found, asked)
        return Response(200, {**_headers(found), "content-length": str(found.size)})

    def _delete(self, asked: Asked) -> Response:
        self._objects.remove(asked.bucket, asked.key)
        return Response(204)

    def _delete_several(self, asked: Asked, body: bytes) -> Response:
        root = parsed(body)
        deleted, refused = [], []
        for one in root.iterfind("Object"):
            key = one.findtext("Key", "")
            try:
                self._objects.remove(asked.bucket, key)
                deleted.append(element("Deleted", elements({"Key": key})))
            except AwsError as error:
                refused.append(element("Error", elements({"Key": key, "Code": error.code, "Message": error})))
        if root.findtext("Quiet") == "true":
            deleted = []
        return _xml(element("DeleteResult", "".join(deleted + refused), root=True))

    def _begin_upload(self, asked: Asked) -> Response:
        id = self._uploads.begin(asked.bucket, asked.key, asked.headers)
        answer = {"Bucket": asked.bucket, "Key": asked.key, "UploadId": id}
        return _xml(element("InitiateMultipartUploadResult", elements(answer), root=True))

    def _abort_upload(self, asked: Asked) -> Response:
        self._uploads.abort(asked.query["uploadId"], asked.bucket, asked.key)
        return Response(204)

    def _complete_upload(self, asked: Asked, body: bytes) -> Response:
        parts = [
            (int(one.findtext("PartNumber", "0")), one.findtext("ETag", ""))
            for one in parsed(body).iterfind("Part")
        ]
        condition = Condition(asked.headers)
        self._uploads.complete(asked.query["uploadId"], asked.bucket, asked.key, parts, condition)
        found = self._objects.find(asked.bucket, asked.key)
        answer = {"Bucket": asked.bucket, "Key": asked.key, "ETag": found.etag}
        return _xml(element("CompleteMultipartUploadResult", elements(answer), root=True))

    async def _put(self, asked: Asked) -> Response:
        """PutObject, UploadPart, or CopyObject where a source is named."""
        self._objects.demand_writable(asked.bucket, asked.key)
        condition = Condition(asked.headers)
        source = asked.headers.get("x-amz-copy-source")
        part = None
        if "partNumber" in asked.query:
            if source:
                raise s3_error("NotImplemented", "UploadPartCopy is not implemented here")
            number, id = asked.query["partNumber"], asked.query.get("uploadId", "")
            part = self._uploads.part(id, asked.bucket, asked.key, number)
        with tempfile.TemporaryDirectory(dir=self._objects.storage.incoming) as folder:
            file = Path(folder) / "object"
            if source:
                return await asyncio.to_thread(self._copy, asked, source, file, condition)
            digests = Digests(asked.headers)
            await asked.receive_into(file, digests)
            if part is not None:
                self._uploads.keep(file, part, digests.etag)
            else:
                self._objects.take(file, asked.bucket, asked.key, asked.headers, condition)
        return Response(200, {"etag": digests.etag, **digests.named})

    def _copy(self, asked: Asked, source: str, file: Path, condition: Condition) -> Response:
        bucket, _, key = unquote(source).removeprefix("/").partition("/")
        if "?versionId" in source:
            raise s3_error("NotImplemented", "objects have no versions here")
        found = self._objects.find(bucket, key)
        shutil.copyfile(found.path, file)
        replaced = asked.headers.get("x-amz-metadata-directive") == "REPLACE"
        headers = asked.headers if replaced else found.headers
        self._objects.take(file, asked.bucket, asked.key, headers, condition)
        copy = self._objects.find(asked.bucket, asked.key)
        answer = {"LastModified": written(copy.modified), "ETag": copy.etag}
        return _xml(element("CopyObjectResult", elements(answer), root=True))

    async def _get(self, asked: Asked, send: Send) -> None:
        found = await asyncio.to_thread(self._objects.find, asked.bucket, asked.key)
        _demand_conditions(found, asked)
        first, length, status = _range(found.size, asked.headers.get("range"))
        headers = {**await asyncio.to_thread(_headers, found), "content-length": str(length)}
        if status == 206:
            headers["content-range"] = f"bytes {first}-{first + length - 1}/{found.size}"
        encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        with found.path.open("rb") as stream:
            stream.seek(first)
            await send({"type": "http.response.start", "status": status, "headers": encoded})
            while length:
                piece = await asyncio.to_thread(stream.read, min(_CHUNK, length))
                if not piece:  # it was cut short meanwhile: the connection ends, and the client sees it
                    raise ConnectionError(f"{found.path} ended early")
                length -= len(piece)
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def _headers(found: Object) -> dict[str, str]:
    return {
        "content-type": "binary/octet-stream",
        **found.headers,
        "etag": found.etag,
        "last-modified": formatdate(found.modified, usegmt=True),
        "accept-ranges": "bytes",
    }


def _demand_conditions(found: Object, asked: Asked) -> None:
    wanted, other = asked.headers.get("if-match"), asked.headers.get("if-none-match")
    if wanted not in (None, "*", found.etag, found.etag.strip('"')):
        raise s3_error("PreconditionFailed", "The object has another ETag than If-Match says")
    if other is not None and other in ("*", found.etag):
        raise AwsError("NotModified", "The object has the ETag of If-None-Match", 304)


def _range(size: int, header: str | None) -> tuple[int, int, int]:
    """The first byte, their number, and the status of the answer."""
    match = _RANGE.fullmatch(header or "")
    if match is None or match[0] == "bytes=-":
        return 0, size, 200
    if not match[1]:
        first = max(0, size - int(match[2]))
        last = size - 1
    else:
        first, last = int(match[1]), min(int(match[2] or size - 1), size - 1)
    if first > last:
        raise s3_error("InvalidRange", "The requested range is not satisfiable")
    return first, last - first + 1, 206


def _xml(text: str, status: int = 200) -> Response:
    return Response(status, {"content-type": "application/xml"}, text.encode())
