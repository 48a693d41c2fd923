"""The errors that readers of an assembly raise: each says what is wrong and what to do."""


class SlipwayError(Exception):
    """An error that the user can correct; printed as one message, without a traceback."""

    exit_code = 1


class UsageError(SlipwayError):
    """The command line asks for something that does not exist."""

    exit_code = 2


class AssemblyError(SlipwayError):
    """The cloud assembly is missing, malformed, or declares what the runner does not support."""


class ResourceError(AssemblyError):
    """A resource of the assembly is at fault; the message begins with its stack and logical id."""
