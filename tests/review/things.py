"""A resource to declare, and the verdict on a change that harms nothing."""

from typing import Any

SAFE = "safe. Nothing fails, loses data, protects less, is replaced or removed."
BUCKET = "AWS::S3::Bucket"


def thing(type: str, properties: Any = None, **attributes: Any) -> dict[str, Any]:
    return {"Type": type, "Properties": properties or {}, **attributes}
