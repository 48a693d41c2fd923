"""CreateTransformJob's arguments, checked and typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.endpoint.records import CSV
from local.errors import JobError
from local.jobs import shapes
from local.jobs.services import only
from local.jobs.transform.json_path import JsonPath
from local.jobs.transform.processing import DataProcessing, format_of

MEGABYTE = 1 << 20
_LARGEST_PAYLOADS = 100
_MULTI, _SINGLE = "MultiRecord", "SingleRecord"
# The API's spelling, and the one of containers: their environment and their /execution-parameters.
STRATEGIES = {_MULTI: "MULTI_RECORD", _SINGLE: "SINGLE_RECORD"}


@dataclass(frozen=True)
class Batching:
    """How records are sent: bytes per request, concurrent requests, and whether a request has one record."""

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
    processing: DataProcessing
    batch_strategy: str | None
    max_payload: int | None
    max_concurrent: int | None
    environment: Mapping[str, str]
    timeout: float
    retries: int

    @classmethod
    def parse(cls, arguments: Mapping[str, Any]) -> "TransformRequest":
        """Read the arguments; raises JobError for what AWS would refuse, is contradictory or not emulated."""
        # Whoever starts it names a job; the definition of a pipeline does not.
        shapes.check("CreateTransformJob", {"TransformJobName": "job", **arguments})
        given, result = arguments["TransformInput"], arguments["TransformOutput"]
        source = given["DataSource"]["S3DataSource"]
        only(source, {"S3DataType": ("S3Prefix",)})
        only(given, {"SplitType": ("None", "Line"), "CompressionType": ("None", "Gzip")})
        only(result, {"AssembleWith": ("None", "Line")})
        processing = arguments.get("DataProcessing", {})
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
            processing=DataProcessing(
                JsonPath(processing.get("InputFilter", "$")),
                JsonPath(processing.get("OutputFilter", "$")),
                processing.get("JoinSource") == "Input",
            ),
            batch_strategy=arguments.get("BatchStrategy"),
            max_payload=arguments.get("MaxPayloadInMB"),
            max_concurrent=arguments.get("MaxConcurrentTransforms"),
            environment=dict(arguments.get("Environment", {})),
            timeout=float(client.get("InvocationsTimeoutInSeconds", 600)),
            retries=int(client.get("InvocationsMaxRetries", 3)),
        )
        request._check()
        return request

    def container_environment(self) -> dict[str, str]:
        """The variables that each container gets in addition to its own."""
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
        self._check_processing()
        if self.batch_strategy == _MULTI and not self.split_by_line:
            raise JobError(f"BatchStrategy {_MULTI} needs a SplitType that says what a record is")
        payloads = (self.max_payload or 1) * (self.max_concurrent or 1)
        if payloads > _LARGEST_PAYLOADS:
            raise JobError(
                f"MaxPayloadInMB times MaxConcurrentTransforms is {payloads}; at most {_LARGEST_PAYLOADS}"
            )

    def _check_processing(self) -> None:
        processing = self.processing
        if not processing.reads_input and not processing.writes_records:
            return
        kind = format_of(self.content_type)
        if kind is None:
            raise JobError(f"filters and JoinSource Input take {CSV} and JSON, not {self.content_type}")
        if self.split_by_line != self.assemble_by_line:
            raise JobError("filters and JoinSource Input need a SplitType and an AssembleWith that agree")
        if kind.name == CSV and not self.split_by_line:
            raise JobError(f"filters and JoinSource Input take {CSV} that is split and assembled by line")
        answer = format_of(self.accept) if self.accept else kind
        if processing.joined and answer is not kind:
            raise JobError(f"answers in {self.accept} cannot be joined to {self.content_type}")
