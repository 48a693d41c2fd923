"""The toolkit's logger, for scripts that write to it."""

import logging

from toolkit.packages import absent_names

__getattr__ = absent_names(__name__)

_FORMAT = "%(asctime)s %(name)-12s %(levelname)-8s %(message)s"


def get_logger() -> logging.Logger:
    return logging.getLogger("sagemaker-training-toolkit")


def configure_logger(level: int, log_format: str = _FORMAT) -> None:
    """Log to stderr from `level` on, unless the script has configured logging already."""
    logging.basicConfig(format=log_format, level=level)
