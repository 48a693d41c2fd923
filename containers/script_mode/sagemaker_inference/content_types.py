"""The media types that scripts compare with."""

from sagemaker_containers.beta.framework.content_types import ANY, CSV, JSON, NPY, OCTET_STREAM, UTF8_TYPES
from toolkit.packages import absent_names

__getattr__ = absent_names(__name__)

__all__ = ["ANY", "CSV", "JSON", "NPY", "OCTET_STREAM", "UTF8_TYPES"]
