"""What a SageMaker pipeline calls with its own role, and what its steps then bring about."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from assembly import Resource
from rehearsal.iam.calls import jobs, pages
from rehearsal.iam.calls.call import Call, Caller, of_service
from rehearsal.iam.calls.definition import Definition
from rehearsal.iam.calls.storage import gets
from rehearsal.iam.inventory import Inventory

_SAGEMAKER = "sagemaker.amazonaws.com"
# What a step creates: the kind of resource, as its ARN has it, and what Pipelines calls on it.
_CREATES = {
    "Processing": ("processing-job", ("CreateProcessingJob", "DescribeProcessingJob", "StopProcessingJob")),
    "Training": ("training-job", ("CreateTrainingJob", "DescribeTrainingJob", "StopTrainingJob")),
    "Transform": ("transform-job", ("CreateTransformJob", "DescribeTransformJob", "StopTransformJob")),
    "Model": ("model", ("CreateModel", "DescribeModel")),
    "Tuning": (
        "hyper-parameter-tuning-job",
        (
            "CreateHyperParameterTuningJob",
            "DescribeHyperParameterTuningJob",
            "ListTrainingJobsForHyperParameterTuningJob",
            "StopHyperParameterTuningJob",
        ),
    ),
}
# A tuning job's name has 32 characters at most: Pipelines makes one of its own.
_TUNING_JOB = "abcdef123456-Tune-0123456789"


def pipeline_calls(inventory: Inventory) -> Iterator[Call]:
    """The calls of every AWS::SageMaker::Pipeline."""
    for one in inventory.resources("AWS::SageMaker::Pipeline"):
        for given in _occasions(inventory, one):
            yield from _Execution(inventory, one, given).calls()


def _occasions(inventory: Inventory, pipeline: Resource) -> Iterator[Mapping[str, str]]:
    """With which parameters an execution starts: the defaults, each other place in S3 that one may choose,
    and what the rules that start it hand over."""
    yield {}
    definition = json.loads(pipeline.properties["PipelineDefinition"]["PipelineDefinitionBody"])
    for parameter in definition.get("Parameters", []):
        for choice in parameter.get("EnumValues", []):
            if str(choice).startswith("s3://") and choice != parameter.get("DefaultValue"):
                yield {parameter["Name"]: choice}
    arn = inventory.arn("sagemaker", f"pipeline/{pipeline.name}")
    for rule in inventory.resources("AWS::Events::Rule"):
        pattern = rule.properties.get("EventPattern", {}).get("detail", {}).get("object", {}).get("key", [])
        keys = [one["wildcard"].replace("*", "example") for one in pattern if "wildcard" in one]
        for target in rule.properties.get("Targets", []):
            handed = target.get("SageMakerPipelineParameters", {}).get("PipelineParameterList", [])
            names = [one["Name"] for one in handed if one["Value"] == "$.detail.object.key"]
            if target["Arn"] == arn:
                yield from ({name: key} for name in names for key in keys)


class _Execution:
    """One execution of a pipeline."""

    def __init__(self, inventory: Inventory, pipeline: Resource, given: Mapping[str, str]) -> None:
        self._inventory = inventory
        self._name = pipeline.name
        self._path = inventory.path(pipeline)
        self._role = pipeline.properties["RoleArn"]
        body = pipeline.properties["PipelineDefinition"]["PipelineDefinitionBody"]
        self._definition = Definition(body, given)
        self._models = {
            self._definition.created(name): arguments
            for name, kind, arguments in self._definition.steps
            if kind == "Model"
        }

    def calls(self) -> Iterator[Call]:
        arn = self._inventory.arn("sagemaker", f"pipeline/{self._name}")
        yield of_service(self._inventory, _SAGEMAKER, self._path, arn).assumes(
            self._role, pages.PIPELINE_ACCESS
        )
        for uri in self._definition.property_files():
            starter = Caller(self._inventory, self._role, self._path)
            yield from gets(starter, uri, "reads a step's result for a condition", pages.PIPELINE_ACCESS)
        for name, kind, arguments in self._definition.steps:
            yield from self._step(name, kind, arguments)

    def _step(self, name: str, kind: str, arguments: Any) -> Iterator[Call]:
        starter = Caller(self._inventory, self._role, f"{self._path}, step {name}")
        if kind == "RegisterModel":
            yield from self._register(starter, arguments["ModelPackageGroupName"])
        if kind not in _CREATES:
            return
        resource, actions = _CREATES[kind]
        created = _TUNING_JOB if kind == "Tuning" else self._definition.created(name)
        arn = self._inventory.arn("sagemaker", f"{resource}/{created}")
        calls = [f"sagemaker:{one}" for one in (*actions, "AddTags")]
        yield from starter.calls(calls, arn, f"runs the step {name}", pages.PIPELINE_ACCESS)
        for role in sorted(_roles(arguments)):
            passed = {"iam:PassedToService": _SAGEMAKER, "iam:AssociatedResourceArn": arn}
            yield starter.call("iam:PassRole", role, f"runs the step {name}", pages.PIPELINE_ACCESS, passed)
            yield of_service(self._inventory, _SAGEMAKER, starter.made_by, arn).assumes(
                role, pages.CONFUSED_DEPUTY
            )
            yield from self._job(Caller(self._inventory, role, starter.made_by), kind, arguments)
        if kind == "Transform":
            yield from self._transform(starter.made_by, arguments)

    def _register(self, starter: Caller, group: str) -> Iterator[Call]:
        version = self._inventory.arn("sagemaker", f"model-package/{group}/1")
        actions = ("sagemaker:AddTags", "sagemaker:CreateModelPackage", "sagemaker:DescribeModelPackage")
        yield from starter.calls(actions, version, "registers the model", pages.PIPELINE_ACCESS)

    def _job(self, caller: Caller, kind: str, arguments: Any) -> Iterator[Call]:
        match kind:
            case "Processing":
                yield from jobs.processing(caller, arguments)
            case "Training":
                yield from jobs.training(caller, arguments)
            case "Tuning":
                yield from jobs.tuning(caller, arguments)
            case "Model":
                yield from jobs.model(caller, arguments)

    def _transform(self, made_by: str, arguments: Any) -> Iterator[Call]:
        name = arguments["ModelName"]
        model = self._models.get(name) or self._deployed(name)
        if model is not None:
            caller = Caller(self._inventory, model["ExecutionRoleArn"], made_by)
            yield from jobs.transform(caller, arguments, model.get("VpcConfig"))

    def _deployed(self, name: str) -> Mapping[str, Any] | None:
        """The model of that name that a template declares."""
        models = self._inventory.resources("AWS::SageMaker::Model")
        return next((one.properties for one in models if one.known_name == name), None)


def _roles(arguments: Mapping[str, Any]) -> set[str]:
    """The roles that a step passes to SageMaker; a tuning job's are those of its trainings."""
    definitions = [arguments.get("TrainingJobDefinition") or {}, *arguments.get("TrainingJobDefinitions", [])]
    named = [one.get(key) for one in (arguments, *definitions) for key in ("RoleArn", "ExecutionRoleArn")]
    return {one for one in named if one}
