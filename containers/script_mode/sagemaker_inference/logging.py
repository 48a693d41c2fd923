"""The toolkit's logger, for scripts that write to it."""

import logging

from toolkit.packages import absent_names

__getattr__ = absent_names(__name__)


def get_logger() -> logging.Logger:
    return logging.getLogger("sagemaker-inference")
