"""What a SageMaker pipeline calls with its own role, and what its steps then bring about."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from assembly import Resource
from rehearsal.iam.calls import jobs, pages
from rehearsal.iam.calls.call import Call, Caller, of_service
from rehearsal.iam.calls.definition import Definition
from rehearsal.iam.calls.jobs import Arguments
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
# What SageMaker calls with the role that it was given for it.
_BY_ROLE: Mapping[str, Callable[[Caller, Arguments], Iterator[Call]]] = {
    "Processing": jobs.processing,
    "Training": jobs.training,
    "Model": jobs.model,
    "Tuning": jobs.tuning,
}
# A tuning job's name has 32 characters at most: Pipelines makes one of its own.
_TUNING_JOB = "abcdef123456-Tune-0123456789"


@dataclass(frozen=True)
class Step:
    """A step of a pipeline, or what somebody creates without one: its arguments, how what it creates is
    called, and for a transform job the arguments of its model, None where nobody knows them."""

    name: str
    kind: str
    arguments: Arguments
    created: str
    model: Arguments | None = None


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
        starter = Caller(self._inventory, self._role, self._path)
        yield start(self._inventory, self._name, starter)
        for uri in self._definition.property_files():
            yield from reads_result(starter, uri)
        for name, kind, arguments in self._definition.steps:
            created = _TUNING_JOB if kind == "Tuning" else self._definition.created(name)
            model = self._model(arguments["ModelName"]) if kind == "Transform" else None
            yield from step_calls(starter, Step(name, kind, arguments, created, model))

    def _model(self, name: str) -> Arguments | None:
        return self._models.get(name) or deployed(self._inventory, name)


def start(inventory: Inventory, pipeline: str, starter: Caller) -> Call:
    """SageMaker takes on the role with which it runs an execution of a pipeline."""
    arn = inventory.arn("sagemaker", f"pipeline/{pipeline}")
    service = of_service(inventory, _SAGEMAKER, starter.made_by, arn)
    return service.assumes(starter.principal, pages.PIPELINE_ACCESS)


def reads_result(starter: Caller, uri: str) -> Iterator[Call]:
    """A condition or a message takes a value out of a step's file."""
    yield from gets(starter, uri, "reads a step's result for a condition", pages.PIPELINE_ACCESS)


def step_calls(starter: Caller, step: Step) -> Iterator[Call]:
    """What the role of a pipeline calls to run a step, and what the step's job then calls with its own."""
    inventory, made_by = starter.inventory, f"{starter.made_by}, step {step.name}"
    starter = replace(starter, made_by=made_by)
    if step.kind == "RegisterModel":
        yield from _register(starter, step.arguments["ModelPackageGroupName"])
    if step.kind not in _CREATES:
        return
    resource, actions = _CREATES[step.kind]
    arn = inventory.arn("sagemaker", f"{resource}/{step.created}")
    calls = [f"sagemaker:{one}" for one in (*actions, "AddTags")]
    yield from starter.calls(calls, arn, f"runs the step {step.name}", pages.PIPELINE_ACCESS)
    for role in roles_of(step.arguments):
        yield passes(starter, role, arn, f"runs the step {step.name}", pages.PIPELINE_ACCESS)
    yield from job_calls(inventory, made_by, step)


def passes(caller: Caller, role: str, arn: str, purpose: str, page: str) -> Call:
    """A role is handed to SageMaker for what the caller creates."""
    passed = {"iam:PassedToService": _SAGEMAKER, "iam:AssociatedResourceArn": arn}
    return caller.call("iam:PassRole", role, purpose, page, passed)


def job_calls(inventory: Inventory, made_by: str, step: Step) -> Iterator[Call]:
    """What SageMaker calls for a job or a model, whoever has created it, with the role that it was given."""
    if step.kind not in _CREATES:
        return
    resource, _ = _CREATES[step.kind]
    arn = inventory.arn("sagemaker", f"{resource}/{step.created}")
    for role in roles_of(step.arguments):
        yield of_service(inventory, _SAGEMAKER, made_by, arn).assumes(role, pages.CONFUSED_DEPUTY)
        if step.kind in _BY_ROLE:
            yield from _BY_ROLE[step.kind](Caller(inventory, role, made_by), step.arguments)
    if step.kind == "Transform" and step.model is not None and "ExecutionRoleArn" in step.model:
        caller = Caller(inventory, step.model["ExecutionRoleArn"], made_by)
        yield from jobs.model(caller, step.model)
        yield from jobs.transform(caller, step.arguments, step.model.get("VpcConfig"))


def deployed(inventory: Inventory, name: str) -> Arguments | None:
    """The model of that name that a template declares."""
    models = inventory.resources("AWS::SageMaker::Model")
    return next((one.properties for one in models if one.known_name == name), None)


def roles_of(arguments: Arguments) -> list[str]:
    """The roles that a request hands to SageMaker; a tuning job's are those of its trainings."""
    definitions = [arguments.get("TrainingJobDefinition") or {}, *arguments.get("TrainingJobDefinitions", [])]
    named = [one.get(key) for one in (arguments, *definitions) for key in ("RoleArn", "ExecutionRoleArn")]
    return sorted({one for one in named if one})


def _register(starter: Caller, group: str) -> Iterator[Call]:
    version = starter.inventory.arn("sagemaker", f"model-package/{group}/1")
    actions = ("sagemaker:AddTags", "sagemaker:CreateModelPackage", "sagemaker:DescribeModelPackage")
    yield from starter.calls(actions, version, "registers the model", pages.PIPELINE_ACCESS)
