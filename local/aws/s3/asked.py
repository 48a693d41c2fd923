"""A request to S3, and its body."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from local.api.request import Request
from local.aws.s3.errors import s3_error
from local.aws.s3.objects import Digests
from local.http.bodies import Receive

_LARGEST_PUT = 5 << 30
# The parameters that choose an operation: of those that are not here a request is refused by name.
_CHOOSING = ("delete", "location", "list-type", "partNumber", "uploadId", "uploads")
_PLAIN = frozenset(
    {
        *("continuation-token", "delimiter", "encoding-type", "fetch-owner", "marker", "max-keys"),
        *("prefix", "start-after", "x-id", "response-content-type", "response-content-disposition"),
    }
)
_SIGNING = "X-Amz-"


@dataclass(frozen=True)
class Asked:
    """A request to S3: what it is for, its parameters and headers, and its body to come."""

    method: str
    bucket: str
    key: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    receive: Receive

    @classmethod
    def of(cls, request: Request, receive: Receive) -> "Asked":
        """A request as S3 reads it; raises AwsError for a parameter that is not implemented here."""
        bucket, _, key = unquote(request.path).removeprefix("/").partition("/")
        query = {name: values[0] for name, values in request.parameters.items()}
        for name in query:
            if name not in _PLAIN and name not in _CHOOSING and not name.startswith(_SIGNING):
                raise s3_error("NotImplemented", f"the parameter {name} is not implemented here")
        headers = {name: values[-1] for name, values in request.all_headers.items()}
        return cls(request.method, bucket, key, query, headers, receive)

    @property
    def operation(self) -> tuple[str, str, str | None]:
        """Method, what it is done to, and the parameter that chooses among operations."""
        what = "object" if self.key else "bucket" if self.bucket else "service"
        return self.method, what, next((one for one in _CHOOSING if one in self.query), None)

    async def receive_into(self, file: Path, digests: Digests) -> None:
        """Write the body to a file as it comes; raises AwsError unless it is whole and as its digests say."""
        size, more = 0, True
        with file.open("wb") as stream:
            while more:
                message = await self.receive()
                if message["type"] == "http.disconnect":
                    raise s3_error("IncompleteBody", "The body ended before it was complete")
                piece = message.get("body", b"")
                size += len(piece)
                if size > _LARGEST_PUT:
                    raise s3_error("EntityTooLarge", "The object is larger than 5 GiB: upload it in parts")
                stream.write(piece)
                digests.update(piece)
                more = message.get("more_body", False)
        digests.demand()
