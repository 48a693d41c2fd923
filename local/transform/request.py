"""CreateTransformJob's arguments, checked and typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.answers import media_type
from local.errors import JobError
from local.jobs.services import only, texts

CSV = "text/csv"
MEGABYTE = 1 << 20
_LARGEST_PAYLOADS = 100
_MULTI, _SINGLE = "MultiRecord", "SingleRecord"
# The API's spelling, and the one of containers: their environment and their /execution-parameters.
STRATEGIES = {_MULTI: "MULTI_RECORD", _SINGLE: "SINGLE_RECORD"}


@dataclass(frozen=True)
class Batching:
    """How records are sent: bytes a request, requests at a time, and whether one record makes a request."""

    max_payload: int = 6 * MEGABYTE
    max_concurrent: int = 1
    single_record: bool = False


@dataclass(frozen=True)
class TransformRequest:
    """A transform job. Sizes are in MB as in the API; what was not given is None."""

    model_name: str
    input_uri: str
    content_type: str | None
    gzipped: bool
    split_by_line: bool
    output_uri: str
    accept: str | None
    assemble_by_line: bool
    joined: bool
    batch_strategy: str | None
    max_payload: int | None
    max_concurrent: int | None
    environment: Mapping[str, str]
    timeout: float
    retries: int

    @classmethod
    def parse(cls, arguments: Mapping[str, Any]) -> "TransformRequest":
        """Read the arguments; raises JobError for what is contradictory, out of range or not emulated."""
        given, result = arguments["TransformInput"], arguments["TransformOutput"]
        source = given["DataSource"]["S3DataSource"]
        only(source, {"S3DataType": ("S3Prefix",)})
        only(given, {"SplitType": ("None", "Line"), "CompressionType": ("None", "Gzip")})
        only(result, {"AssembleWith": ("None", "Line")})
        processing = arguments.get("DataProcessing", {})
        only(processing, _WHOLE_RECORDS)
        client = arguments.get("ModelClientConfig", {})
        request = cls(
            model_name=arguments["ModelName"],
            input_uri=source["S3Uri"],
            content_type=given.get("ContentType"),
            gzipped=given.get("CompressionType") == "Gzip",
            split_by_line=given.get("SplitType") == "Line",
            output_uri=result["S3OutputPath"],
            accept=result.get("Accept"),
            assemble_by_line=result.get("AssembleWith") == "Line",
            joined=processing.get("JoinSource") == "Input",
            batch_strategy=arguments.get("BatchStrategy"),
            max_payload=arguments.get("MaxPayloadInMB"),
            max_concurrent=arguments.get("MaxConcurrentTransforms"),
            environment=texts(arguments.get("Environment", {}), "the environment variable"),
            timeout=float(client.get("InvocationsTimeoutInSeconds", 600)),
            retries=int(client.get("InvocationsMaxRetries", 3)),
        )
        request._check()
        return request

    def container_environment(self) -> dict[str, str]:
        """What each container gets on top of its own variables."""
        settings = {
            "SAGEMAKER_MAX_PAYLOAD_IN_MB": self.max_payload,
            "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS": self.max_concurrent,
            "SAGEMAKER_BATCH_STRATEGY": self.batch_strategy and STRATEGIES[self.batch_strategy],
        }
        given = {name: str(value) for name, value in settings.items() if value is not None}
        return {**self.environment, "SAGEMAKER_BATCH": "true", **given}

    def batching(self, execution_parameters: Mapping[str, Any]) -> Batching:
        """The job's own settings, else the container's `/execution-parameters`, else SageMaker's defaults."""
        default = Batching()
        strategy = STRATEGIES.get(self.batch_strategy or "") or execution_parameters.get("BatchStrategy")
        payload = self.max_payload or execution_parameters.get("MaxPayloadInMB")
        concurrent = self.max_concurrent or execution_parameters.get("MaxConcurrentTransforms")
        return Batching(
            int(payload) * MEGABYTE if payload else default.max_payload,
            int(concurrent) if concurrent else default.max_concurrent,
            strategy == STRATEGIES[_SINGLE],
        )

    def _check(self) -> None:
        types = {media_type(one) for one in (self.content_type, self.accept) if one}
        if self.joined and not (self.split_by_line and self.assemble_by_line and types <= {CSV}):
            raise JobError(f"JoinSource Input is emulated for {CSV} that is split and assembled by line")
        if self.batch_strategy is not None and self.batch_strategy not in STRATEGIES:
            raise JobError(f"BatchStrategy {self.batch_strategy!r} is none of {', '.join(STRATEGIES)}")
        if self.batch_strategy == _MULTI and not self.split_by_line:
            raise JobError(f"BatchStrategy {_MULTI} needs a SplitType that says what a record is")
        payloads = (self.max_payload or 1) * (self.max_concurrent or 1)
        if payloads > _LARGEST_PAYLOADS:
            raise JobError(
                f"MaxPayloadInMB times MaxConcurrentTransforms is {payloads}; at most {_LARGEST_PAYLOADS}"
            )


_WHOLE_RECORDS = {"JoinSource": ("None", "Input"), "InputFilter": ("$",), "OutputFilter": ("$",)}
