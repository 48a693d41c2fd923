"""The errors that the container names itself."""


class ContainerProblem(Exception):
    """The container cannot do its work; the message says what is wrong and what to do about it."""


class CallerProblem(ValueError):
    """The caller's fault, answered with `status` (400 to 499) and the message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
