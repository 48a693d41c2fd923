"""The errors that the encoders raise."""

from toolkit.packages import absent_names

__getattr__ = absent_names(__name__)


class ClientError(Exception):
    """A fault of the script's, as against one of the image's."""


class UnsupportedFormatError(Exception):
    """A content type that the encoders neither read nor write."""

    def __init__(self, content_type: str) -> None:
        self.message = (
            f"expected text/csv, application/json or application/x-npy, spelt exactly so, "
            f"not {content_type}; write an input_fn or output_fn that takes it"
        )
        super().__init__(self.message)
