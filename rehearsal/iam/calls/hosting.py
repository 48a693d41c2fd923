"""What SageMaker hosting calls for the models and endpoints of the templates."""

from collections.abc import Iterator

from rehearsal.iam.calls import jobs, pages
from rehearsal.iam.calls.call import Call, Caller, of_service
from rehearsal.iam.calls.parts import logs
from rehearsal.iam.calls.storage import writes
from rehearsal.iam.inventory import Inventory

_SAGEMAKER = "sagemaker.amazonaws.com"


def hosting_calls(inventory: Inventory) -> Iterator[Call]:
    """The calls of every AWS::SageMaker::Model and AWS::SageMaker::Endpoint."""
    models = {one.known_name: one for one in inventory.resources("AWS::SageMaker::Model")}
    for one in models.values():
        yield from model_calls(inventory, one.name, one.properties, inventory.path(one))
    configs = {one.known_name: one for one in inventory.resources("AWS::SageMaker::EndpointConfig")}
    for endpoint in inventory.resources("AWS::SageMaker::Endpoint"):
        config = configs.get(endpoint.properties["EndpointConfigName"])
        if config is None:
            continue
        path, capture = inventory.path(endpoint), config.properties.get("DataCaptureConfig", {})
        for variant in config.properties["ProductionVariants"]:
            if (model := models.get(variant.get("ModelName"))) is None:
                continue
            caller = Caller(inventory, model.properties["ExecutionRoleArn"], path)
            yield from endpoint_logs(caller, endpoint.name)
            if capture.get("EnableCapture"):
                yield from captures(caller, capture, endpoint.name, variant["VariantName"])


def model_calls(inventory: Inventory, name: str, model: jobs.Arguments, made_by: str) -> Iterator[Call]:
    """What is called for the model of CreateModel's arguments before its containers start."""
    arn, role = inventory.arn("sagemaker", f"model/{name}"), model["ExecutionRoleArn"]
    yield of_service(inventory, _SAGEMAKER, made_by, arn).assumes(role, pages.CONFUSED_DEPUTY)
    yield from jobs.model(Caller(inventory, role, made_by), model)


def endpoint_logs(caller: Caller, endpoint: str) -> Iterator[Call]:
    """What the containers of an endpoint print is kept."""
    yield from logs(caller, f"/aws/sagemaker/Endpoints/{endpoint}", pages.MODEL)


def captures(caller: Caller, config: jobs.Arguments, endpoint: str, variant: str) -> Iterator[Call]:
    """What a DataCaptureConfig has written."""
    below = f"{config['DestinationS3Uri']}/{endpoint}/{variant}"
    yield from writes(caller, below, "captures requests and responses", pages.CAPTURE)
