"""A refusal on its way to whoever handles the failure of a stack."""

from rehearsal.cloudformation.outcome import Failure, Refusal


class Refused(Exception):
    """Something that AWS doesn't do; raised where it is found."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


class StackFailed(Exception):
    """A stack's operation has failed."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure
