"""What the command line reports without a trace."""


class ReviewError(Exception):
    """Names what is wrong with an assembly or an installation, and what to do."""
