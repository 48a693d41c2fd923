"""What the state machine of Autopilot does: the request of its job, and the states that wait for its end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# CreateAutoMLJobV2 takes so many characters, of which the machine adds a hyphen and twelve.
_LONGEST_NAME = 32 - 13
_POLL_SECONDS = 60
_BUSY = ["SageMaker.ResourceLimitExceededException", "SageMaker.SageMakerException"]
_STATUS = "$.Description.AutoMLJobStatus"


@dataclass(frozen=True)
class Job:
    """What the AutoML job is to find: a model that predicts `target`, by `metric`.

    Jobs are called `<name>-` and twelve digits of their execution. Raises ValueError for a name that leaves
    no room for them.
    """

    name: str
    target: str
    problem_type: str
    metric: str
    definitions_only: bool
    max_candidates: int
    max_runtime_seconds: int
    max_job_runtime_seconds: int
    tags: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.name) > _LONGEST_NAME:
            raise ValueError(f"{self.name}: expected a name of {_LONGEST_NAME} characters at most")

    def request(
        self, *, data: str, output: str, role: str, key: str, vpc_config: Mapping[str, Sequence[str]] | None
    ) -> dict[str, Any]:
        """The request of CreateAutoMLJobV2, but for the job's name."""
        security: dict[str, Any] = {"VolumeKmsKeyId": key, "EnableInterContainerTrafficEncryption": True}
        if vpc_config:
            security["VpcConfig"] = dict(vpc_config)
        return {
            "RoleArn": role,
            "AutoMLJobInputDataConfig": [
                {
                    "ChannelType": "training",
                    "ContentType": "text/csv;header=present",
                    "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": data}},
                }
            ],
            "OutputDataConfig": {"S3OutputPath": output, "KmsKeyId": key},
            "AutoMLProblemTypeConfig": {
                "TabularJobConfig": {
                    "Mode": "HYPERPARAMETER_TUNING",
                    "GenerateCandidateDefinitionsOnly": self.definitions_only,
                    "TargetAttributeName": self.target,
                    "ProblemType": self.problem_type,
                    "CompletionCriteria": {
                        "MaxCandidates": self.max_candidates,
                        "MaxRuntimePerTrainingJobInSeconds": self.max_job_runtime_seconds,
                        "MaxAutoMLJobRuntimeInSeconds": self.max_runtime_seconds,
                    },
                }
            },
            # Objective and problem type: both, or neither.
            "AutoMLJobObjective": {"MetricName": self.metric},
            "SecurityConfig": security,
            "Tags": [{"Key": name, "Value": value} for name, value in self.tags.items()],
        }


def states(request: Mapping[str, Any], name: str, partition: str) -> dict[str, Any]:
    """A definition that names a job, creates it and asks for its state each minute. Its execution fails when
    the job does, with the job's reason."""
    service = f"arn:{partition}:states:::aws-sdk:sagemaker"
    retry = {"ErrorEquals": _BUSY, "IntervalSeconds": 15, "BackoffRate": 2, "MaxAttempts": 5}
    return {
        "StartAt": "Name",
        "States": {
            # The name is there before the call: when that is repeated, it finds the job that it has created.
            "Name": {
                "Type": "Pass",
                "Parameters": {
                    "Job.$": f"States.Format('{name}-{{}}', "
                    "States.ArrayGetItem(States.StringSplit(States.UUID(), '-'), 4))"
                },
                "Next": "Create",
            },
            "Create": {
                "Type": "Task",
                "Resource": f"{service}:createAutoMLJobV2",
                "Parameters": {"AutoMLJobName.$": "$.Job", **request},
                "ResultPath": None,
                "Retry": [retry],
                "Catch": [
                    {
                        "ErrorEquals": ["SageMaker.ResourceInUseException"],
                        "ResultPath": None,
                        "Next": "Wait",
                    }
                ],
                "Next": "Wait",
            },
            "Wait": {"Type": "Wait", "Seconds": _POLL_SECONDS, "Next": "Describe"},
            "Describe": {
                "Type": "Task",
                "Resource": f"{service}:describeAutoMLJobV2",
                "Parameters": {"AutoMLJobName.$": "$.Job"},
                "ResultPath": "$.Description",
                "Retry": [retry],
                "Next": "HasEnded",
            },
            "HasEnded": {
                "Type": "Choice",
                "Choices": [
                    _when("Completed", "Completed"),
                    {
                        "And": [
                            {"Variable": "$.Description.FailureReason", "IsPresent": True},
                            {"Variable": _STATUS, "StringEquals": "Failed"},
                        ],
                        "Next": "Failed",
                    },
                    _when("Failed", "FailedSilently"),
                    _when("Stopped", "Stopped"),
                ],
                "Default": "Wait",
            },
            "Completed": {"Type": "Succeed"},
            "Failed": {
                "Type": "Fail",
                "Error": "AutoMLJobFailed",
                "CausePath": "$.Description.FailureReason",
            },
            "FailedSilently": {
                "Type": "Fail",
                "Error": "AutoMLJobFailed",
                "Cause": "SageMaker gives no reason",
            },
            "Stopped": {"Type": "Fail", "Error": "AutoMLJobStopped", "Cause": "somebody stopped the job"},
        },
    }


def _when(status: str, state: str) -> dict[str, str]:
    return {"Variable": _STATUS, "StringEquals": status, "Next": state}
