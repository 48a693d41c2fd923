"""Reads the Lambda functions of an assembly."""

from local.api.declaration import Function
from local.assembly import Assembly, Resource
from local.errors import AssemblyError

_RUNTIME = "python3."
_TIMEOUT = 3
_MEMORY_MB = 128
# What a new account's functions share.
_CONCURRENCY = 10
_KNOWN = frozenset(
    {
        *("Architectures", "Code", "Description", "Environment", "FunctionName", "Handler", "KmsKeyArn"),
        *("LoggingConfig", "MemorySize", "ReservedConcurrentExecutions", "Role", "Runtime", "Tags"),
        *("Timeout", "TracingConfig", "VpcConfig"),
    }
)


def read_functions(assembly: Assembly) -> list[Function]:
    """The Python functions; those of another language serve CDK's own needs, and no API calls them.

    Raises AssemblyError for what the runner would ignore: layers, image packages, file systems.
    """
    return [
        _function(assembly, one)
        for one in assembly.resources("AWS::Lambda::Function")
        if str(one.properties.get("Runtime", "")).startswith(_RUNTIME)
    ]


def _function(assembly: Assembly, one: Resource) -> Function:
    properties = one.properties
    if unknown := sorted(properties.keys() - _KNOWN):
        raise AssemblyError(f"{one.label} ({one.type}): the runner does not know {', '.join(unknown)}")
    code = properties["Code"]
    if not {"S3Bucket", "S3Key"} <= code.keys():
        raise AssemblyError(f"{one.label} ({one.type}): the runner knows code that is an asset")
    return Function(
        name=one.name,
        arn=assembly.place.arn("lambda", f"function:{one.name}"),
        code=f"s3://{code['S3Bucket']}/{code['S3Key']}",
        handler=properties["Handler"],
        environment=properties.get("Environment", {}).get("Variables", {}),
        timeout=float(properties.get("Timeout", _TIMEOUT)),
        memory_mb=int(properties.get("MemorySize", _MEMORY_MB)),
        concurrency=int(properties.get("ReservedConcurrentExecutions", _CONCURRENCY)),
        log_group=properties.get("LoggingConfig", {}).get("LogGroup", f"/aws/lambda/{one.name}"),
    )
