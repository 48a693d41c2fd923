"""Lambda and queues: environments, concurrency, runtimes, time-outs."""

from collections.abc import Iterator, Mapping
from typing import Final

from rehearsal.cloudformation.outcome import Refusal
from rehearsal.cloudformation.refusals.case import Case, Rule, listed, number

_LIMITS: Final = "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"
_VARIABLES: Final = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html"
_RUNTIMES: Final = "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html"
_CONCURRENCY: Final = "https://github.com/aws-samples/siem-on-amazon-opensearch-service/issues/175"
_ENVIRONMENT: Final = "https://github.com/aws-samples/aws-genai-llm-chatbot/issues/583"
_FUNCTION: Final = "AWS::Lambda::Function"
_MOST: Final = 4096
_RESERVED: Final = frozenset(
    {
        *("_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV"),
        *("AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION"),
        *("AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME"),
        *("AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
        *("AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"),
    }
)
# Those for which Lambda creates and updates no function any more.
_ENDED: Final = frozenset(
    {
        *("nodejs", "nodejs4.3", "nodejs6.10", "nodejs8.10", "nodejs10.x", "nodejs12.x", "nodejs14.x"),
        *("python2.7", "python3.6", "python3.7", "ruby2.5", "ruby2.7", "java8", "go1.x"),
        *("dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1", "dotnet5.0", "dotnet7"),
    }
)


def environment(case: Case) -> Iterator[Refusal]:
    """The variables: their size together, and names that Lambda keeps for itself."""
    variables = case.resource.properties.get("Environment", {}).get("Variables", {})
    size = sum(len(f"{name}{value}".encode()) for name, value in variables.items())
    if size > _MOST:
        text = (
            "Lambda was unable to configure your environment variables because the environment variables you"
            f" have provided exceeded the 4KB limit. (they have {size} bytes)"
        )
        ways = ("read the values from an SSM parameter or a file of the function's code",)
        yield Refusal("environment-size", text, _ENVIRONMENT, ways)
    reserved = sorted(_RESERVED & variables.keys())
    if reserved:
        text = (
            "Lambda was unable to configure your environment variables because the environment variables you"
            " have provided contains reserved keys that are currently not supported for modification."
            f" Reserved keys used in this request: {', '.join(reserved)}"
        )
        yield Refusal("reserved-variable", text, _VARIABLES, ("name the variable differently",))


def concurrency(case: Case) -> Iterator[Refusal]:
    """What all functions reserve, against what the account must keep for those that reserve nothing."""
    wanted = number(case.known("ReservedConcurrentExecutions"))
    if not wanted:
        return
    held = sum(
        number(one.properties.get("ReservedConcurrentExecutions")) or 0 for one in case.existing(_FUNCTION)
    )
    total, kept = case.quotas.numbers["lambda_concurrency"], case.quotas.numbers["lambda_unreserved"]
    if held + wanted > total - kept:
        text = (
            "Specified ReservedConcurrentExecutions for function decreases account's"
            f" UnreservedConcurrentExecution below its minimum value of [{kept}]. (the account has {total},"
            f" {held:g} are reserved)"
        )
        ways = (
            (
                "request a higher quota: aws service-quotas request-service-quota-increase --service-code"
                " lambda --quota-code L-B99A9384 --desired-value 1000"
            ),
            "reserve less",
        )
        yield Refusal("quota", text, _CONCURRENCY, ways)


def runtime(case: Case) -> Iterator[Refusal]:
    """A runtime that Lambda has given up."""
    name = case.known("Runtime")
    if name in _ENDED:
        text = (
            f"The runtime parameter of {name} is no longer supported for creating or updating AWS Lambda"
            " functions."
        )
        yield Refusal(
            "runtime", text, _RUNTIMES, ("a runtime that the table of runtimes lists as supported",)
        )


def layers(case: Case) -> Iterator[Refusal]:
    """More layers than a function may have."""
    count = len(listed(case.resource.properties.get("Layers")))
    if count > 5:
        text = f"Cannot reference more than 5 layers. (got {count})"
        yield Refusal("too-many", text, _LIMITS, ("join layers into one",))


def limits(case: Case) -> Iterator[Refusal]:
    """How long a function may take, and how much memory it may have."""
    for name, most in (("Timeout", 900), ("MemorySize", 10_240)):
        value = number(case.known(name))
        if value is not None and value > most:
            text = (
                f"1 validation error detected: Value '{value:g}' at '{name}' failed to satisfy constraint: "
                f"Member must have value less than or equal to {most}"
            )
            yield Refusal("function-limit", text, _LIMITS, (f"a {name} of at most {most}",))


def queue_waits(case: Case) -> Iterator[Refusal]:
    """A queue whose messages come back before its function has ended."""
    queue = case.find("AWS::SQS::Queue", case.resource.properties.get("EventSourceArn"))
    function = case.find(_FUNCTION, case.resource.properties.get("FunctionName"))
    if queue is None or function is None:
        return
    visible = number(queue.properties.get("VisibilityTimeout", 30)) or 0
    takes = number(function.properties.get("Timeout", 3)) or 0
    if visible < takes:
        text = (
            f"Invalid request provided: Queue visibility timeout: {visible:g} seconds is less than Function "
            f"timeout: {takes:g} seconds"
        )
        page = "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"
        ways = ("a VisibilityTimeout of at least the function's (better six times that)", "a shorter Timeout")
        yield Refusal("queue-timeout", text, page, ways)


_FIFO: Final = {
    "AWS::SQS::Queue": (
        *("QueueName", "FifoQueue"),
        "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must "
        "end with .fifo suffix and be 1 to 80 in length.",
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/"
        "sqs-queue-message-identifiers.html",
    ),
    "AWS::SNS::Topic": (
        *("TopicName", "FifoTopic"),
        "Invalid parameter: Fifo Topic names must end with .fifo and must be made up of only uppercase "
        "and lowercase ASCII letters, numbers, underscores, and hyphens, and must be between 1 and 256 "
        "characters long.",
        "https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html",
    ),
}


def fifo_name(case: Case) -> Iterator[Refusal]:
    """The ending that FIFO queues and topics need, and only they have."""
    name_property, switch, text, page = _FIFO[case.resource.type]
    name, fifo = case.known(name_property), str(case.known(switch)).lower() == "true"
    if isinstance(name, str) and fifo != name.endswith(".fifo"):
        ways = (f"{name.removesuffix('.fifo')}.fifo with {switch}, without the ending otherwise",)
        yield Refusal("fifo-name", text, page, ways)


RULES: Final[Mapping[str, tuple[Rule, ...]]] = {
    _FUNCTION: (environment, concurrency, runtime, layers, limits),
    "AWS::Lambda::EventSourceMapping": (queue_waits,),
    "AWS::SQS::Queue": (fifo_name,),
    "AWS::SNS::Topic": (fifo_name,),
}
