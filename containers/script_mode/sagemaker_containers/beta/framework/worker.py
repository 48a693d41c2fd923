"""The response that a script's output_fn returns."""

from collections.abc import Iterable, Mapping

from toolkit.content_types import JSON, with_charset
from toolkit.packages import absent_names

__getattr__ = absent_names(__name__)


class Response:
    """A body with its status, headers and type, as `toolkit.results` answers it.

    The body is str, bytes, an iterable of them or None; without `mimetype`, and without a Content-Type among
    the headers, it is JSON. `accept` is ignored, as in SageMaker's own.
    """

    # The order is that of SageMaker's own.
    def __init__(  # noqa: PLR0917
        self,
        response: str | bytes | Iterable[str | bytes] | None = None,
        accept: str | None = None,
        status: int | str = 200,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
        mimetype: str | None = None,
        direct_passthrough: bool = False,
    ) -> None:
        self.response = response
        self.status_code = int(status.split()[0]) if isinstance(status, str) else int(status)
        self.headers = dict(headers or {})
        named = next((value for name, value in self.headers.items() if name.lower() == "content-type"), None)
        self.content_type = with_charset(mimetype) if mimetype else named or JSON

    @property
    def mimetype(self) -> str:
        return self.content_type.partition(";")[0].strip()

    @property
    def data(self) -> bytes:
        body = self.response
        if body is None or isinstance(body, str | bytes):
            body = [body or b""]
        # An iterable gives its pieces once.
        self.response = pieces = list(body)
        return b"".join(piece.encode() if isinstance(piece, str) else bytes(piece) for piece in pieces)

    def get_data(self, as_text: bool = False) -> str | bytes:
        """The whole body as bytes, or as text."""
        return self.data.decode() if as_text else self.data
