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
        path, role = inventory.path(one), one.properties["ExecutionRoleArn"]
        arn = inventory.arn("sagemaker", f"model/{one.name}")
        yield of_service(inventory, _SAGEMAKER, path, arn).assumes(role, pages.CONFUSED_DEPUTY)
        yield from jobs.model(Caller(inventory, role, path), one.properties)
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
            yield from logs(caller, f"/aws/sagemaker/Endpoints/{endpoint.name}", pages.MODEL)
            if capture.get("EnableCapture"):
                below = f"{capture['DestinationS3Uri']}/{endpoint.name}/{variant['VariantName']}"
                yield from writes(caller, below, "captures requests and responses", pages.CAPTURE)
