"""Errors as AWS's services answer them."""

from http import HTTPStatus

from assembly.errors import SlipwayError


class AwsError(SlipwayError):
    """A request that is refused, with the code and the status that the service has for it."""

    def __init__(self, code: str, message: str, status: int = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


def validation(message: str) -> AwsError:
    """The error of services in JSON for a request that is wrong by itself, or names what does not exist."""
    return AwsError("ValidationException", message)


def xml_code(error: AwsError) -> str:
    """The error's code as services that answer in XML call it."""
    return {"InvalidSignatureException": "SignatureDoesNotMatch"}.get(error.code, error.code)
