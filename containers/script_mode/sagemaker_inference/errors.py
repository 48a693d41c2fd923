"""The errors that the codecs raise, and that a script raises to set the status of its response."""

from http import HTTPStatus

from sagemaker_containers.beta.framework.errors import ClientError, UnsupportedFormatError
from toolkit.packages import absent_names

__getattr__ = absent_names(__name__)

__all__ = [
    "BaseInferenceToolkitError",
    "ClientError",
    "GenericInferenceToolkitError",
    "UnsupportedFormatError",
]


class BaseInferenceToolkitError(Exception):
    """An error with the status of its answer, from 400 to 499; any other becomes 500."""

    def __init__(self, status_code: int, message: str, phrase: str) -> None:
        self.status = self.status_code = int(status_code)
        self.message = message
        self.phrase = phrase
        super().__init__(message)


class GenericInferenceToolkitError(BaseInferenceToolkitError):
    """The same, with the status's own phrase where the script gives no message or phrase."""

    def __init__(self, status_code: int, message: str | None = None, phrase: str | None = None) -> None:
        usual = HTTPStatus(status_code).phrase
        super().__init__(status_code, message or usual, phrase or usual)
