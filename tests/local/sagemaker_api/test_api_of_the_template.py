"""What the project's own template declares, as SageMaker's API lists and describes it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from assemblies import Assembly

import assembly
from local.aws.json_protocol import JsonService
from local.aws.models import operation_model
from local.aws.shapes import faults, in_json
from local.containers.images import Images
from local.endpoint.fleet import Fleets
from local.sagemaker_api.api import Made, SageMakerApi
from local.storage.workspace import Workspace
from local.timing import SAGEMAKER

Call = Callable[..., Mapping[str, Any]]
# The operations, the member with the summaries, and that with the name.
KINDS = [
    ("ListEndpoints", "DescribeEndpoint", "Endpoints", "EndpointName"),
    ("ListEndpointConfigs", "DescribeEndpointConfig", "EndpointConfigs", "EndpointConfigName"),
    ("ListModels", "DescribeModel", "Models", "ModelName"),
    ("ListPipelines", "DescribePipeline", "PipelineSummaries", "PipelineName"),
    (
        "ListModelPackageGroups",
        "DescribeModelPackageGroup",
        "ModelPackageGroupSummaryList",
        "ModelPackageGroupName",
    ),
]


@pytest.fixture(scope="module")
def call(dev: Assembly, tmp_path_factory: pytest.TempPathFactory) -> Call:
    """Calls an operation over the assembly of `dev`; nothing is served."""
    folder = tmp_path_factory.mktemp("workspace")

    def host(of: assembly.Assembly) -> Any:
        pytest.fail("nothing is to be started")

    fleets = Fleets(host, folder / "endpoints", SAGEMAKER, print)
    declared = assembly.load(Path(dev.folder))
    api = SageMakerApi(declared, Made(Workspace(folder)), Images.load(), fleets)
    service = api.services()["sagemaker"]
    assert isinstance(service, JsonService)

    def run(operation: str, **arguments: Any) -> Mapping[str, Any]:
        shape = operation_model("sagemaker", operation).output_shape
        answer: Mapping[str, Any] = in_json(shape, service.operations[operation](arguments) or {})
        assert not list(faults(shape, answer)), answer
        return answer

    return run


@pytest.mark.parametrize(("list", "describe", "summaries", "name"), KINDS)
def test_all_of_a_kind_is_listed_and_described_in_its_shape(
    call: Call, list: str, describe: str, summaries: str, name: str
) -> None:
    listed = [one[name] for one in call(list, MaxResults=100)[summaries]]
    assert listed
    assert [call(describe, **{name: one})[name] for one in listed] == listed
