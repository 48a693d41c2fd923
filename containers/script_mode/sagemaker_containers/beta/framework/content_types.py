"""The media types that scripts compare with."""

from toolkit.content_types import ANY, CSV, JSON, NPY
from toolkit.packages import absent_names

__getattr__ = absent_names(__name__)


OCTET_STREAM = "application/octet-stream"
UTF8_TYPES = [JSON, CSV]

__all__ = ["ANY", "CSV", "JSON", "NPY", "OCTET_STREAM", "UTF8_TYPES"]
