"""Reads the Lambda functions of an assembly."""

from assembly import Assembly, Resource
from assembly.intrinsics import texts
from assembly.properties import PROPERTIES
from assembly.rules import refusals
from local.api.declaration import Function

_RUNTIME = "python3."
_TIMEOUT = 3
_MEMORY_MB = 128
# What a new account's functions share.
_CONCURRENCY = 10


def find_function(assembly: Assembly, arn: str) -> Function | None:
    """The function of that ARN; None where there is none.

    Raises AssemblyError for one in another language than Python, and for what the runner would ignore:
    layers, image packages, file systems.
    """
    for one in assembly.resources("AWS::Lambda::Function"):
        if one.known_name is not None and arn == assembly.place.arn("lambda", f"function:{one.name}"):
            return _function(arn, one)
    return None


def _function(arn: str, one: Resource) -> Function:
    properties = one.properties
    for refused in refusals(PROPERTIES[one.type], properties):
        raise one.error(refused)
    runtime = properties["Runtime"]
    if not str(runtime).startswith(_RUNTIME):
        raise one.error(f"expected a Python Runtime, got {runtime}")
    code = properties["Code"]
    if not {"S3Bucket", "S3Key"} <= code.keys():
        raise one.error("expected code that is an asset")
    return Function(
        name=one.name,
        arn=arn,
        code=f"s3://{code['S3Bucket']}/{code['S3Key']}",
        handler=properties["Handler"],
        environment=texts(properties.get("Environment", {}).get("Variables", {}), "Environment.Variables"),
        timeout=float(properties.get("Timeout", _TIMEOUT)),
        memory_mb=int(properties.get("MemorySize", _MEMORY_MB)),
        concurrency=int(properties.get("ReservedConcurrentExecutions", _CONCURRENCY)),
        log_group=properties.get("LoggingConfig", {}).get("LogGroup", f"/aws/lambda/{one.name}"),
        role=role if isinstance(role := one.known("Role"), str) else None,
    )
