"""What a write to S3 demands of the object that it would replace."""

from collections.abc import Callable, Mapping

from local.aws.s3.errors import s3_error

Tag = Callable[[], str | None]


class Condition:
    """The condition of a write, from a request's headers: `If-None-Match: *` where there may be no object
    yet, `If-Match` where it must have a certain tag."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._wanted = headers.get("if-match")
        self._other = headers.get("if-none-match")
        if self._other not in (None, "*"):
            raise s3_error("NotImplemented", f"expected If-None-Match to be *, got {self._other}")

    def demand(self, tag: Tag) -> None:
        """Raise AwsError unless the object, whose tag this gives or None if there is none, is as demanded."""
        if self._wanted is None and self._other is None:
            return
        found = tag()
        if self._other and found is not None:
            raise s3_error("PreconditionFailed", "The object exists, and If-None-Match says that it must not")
        if self._wanted is None:
            return
        if found is None:
            raise s3_error("NoSuchKey", "There is no object for If-Match to match")
        if self._wanted.strip('"') != found.strip('"'):
            raise s3_error("PreconditionFailed", "The object has another ETag than If-Match says")


ANY = Condition({})
