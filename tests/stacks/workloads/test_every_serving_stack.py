"""What the serving stack of every workload promises; the records say which workloads there are."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import declared
import pytest
from assemblies import MODELS, ROOT, Assembly
from declared import allowed, only, resources, text, unmonitored
from jsonschema import Draft202012Validator

from assembly import load
from assembly.errors import UsageError
from stacks.workloads.shared.record import Workload, workloads

pytestmark = pytest.mark.parametrize("workload", workloads(), ids=lambda one: one.name)
_AS_TYPED: Mapping[str, Callable[[str], object]] = {"integer": int, "number": float, "string": str}


@pytest.fixture(scope="module")
def existing(synth: Callable[..., Assembly], tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """Dev where every workload has an endpoint already, and nothing is trained."""
    endpoints = {name: f"{name.title()}-2026" for name in MODELS}
    return synth("dev", endpoints=endpoints, artifacts=str(tmp_path_factory.mktemp("untrained")))


@pytest.fixture(scope="module")
def untrained(synth: Callable[..., Assembly], nothing: Path) -> Assembly:
    return synth("dev", artifacts=str(nothing))


@pytest.fixture(scope="module")
def read_only(synth: Callable[..., Assembly], nothing: Path) -> Assembly:
    """A template that is only read declares untrained models too."""
    return synth("dev", artifacts=str(nothing), untrained="placeholder")


@pytest.fixture(scope="module")
def unpackaged(synth: Callable[..., Assembly], nothing: Path) -> Assembly:
    return synth("dev", functions=str(nothing))


@pytest.fixture(scope="module")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("nothing")


def serving(assembly: Assembly, workload: Workload) -> Any:
    """Without its monitoring, which has tests of its own."""
    return unmonitored(assembly.template(f"{workload.name}-serving"))


def containers(assembly: Assembly, workload: Workload) -> list[Any]:
    found: list[Any] = only(serving(assembly, workload), "AWS::SageMaker::Model")["Properties"]["Containers"]
    return found


def contract(workload: Workload) -> Any:
    return json.loads((ROOT / "lambda" / f"predict_{workload.name}" / "openapi.json").read_text())


def exported(assembly: Assembly, workload: Workload, name: str, default: str | None = None) -> Any:
    outputs = serving(assembly, workload)["Outputs"].values()
    exports = {one["Export"]["Name"]: one["Value"] for one in outputs if "Export" in one}
    return exports.get(f"slipway-{assembly.env}-{workload.name}-{name}", default)


def test_its_containers_are_those_that_were_trained_and_judged(each: Assembly, workload: Workload) -> None:
    steps = declared.steps(each.template(f"{workload.name}-training")).values()
    models = [step["Arguments"]["Containers"] for step in steps if step["Type"] == "Model"]
    served = containers(each, workload)
    assert [one["ContainerHostname"] for one in served] == list(workload.containers)
    # Others only transform what is trained on, or are those of the branch that is not taken.
    [judged] = [
        one for one in models if [hop["ContainerHostname"] for hop in one] == list(workload.containers)
    ]
    for one, other in zip(served, judged, strict=True):
        assert one["ContainerHostname"] == other["ContainerHostname"]
        assert text(one["Image"]) == text(other["Image"])
        assert one.get("Environment") == other.get("Environment")
        assert one.get("Mode") == other.get("Mode")


def test_its_model_reaches_no_network_and_waits_for_its_policy(each: Assembly, workload: Workload) -> None:
    template = serving(each, workload)
    model = only(template, "AWS::SageMaker::Model")
    assert model["Properties"]["EnableNetworkIsolation"] is True
    assert {template["Resources"][one]["Type"] for one in model["DependsOn"]} == {"AWS::IAM::Policy"}


def test_its_role_pulls_the_images_of_its_containers_and_no_others(
    each: Assembly, workload: Workload
) -> None:
    repositories = set()
    for container in containers(each, workload):
        registry, _, image = text(container["Image"]).partition("/")
        account = registry.partition(".")[0]
        repositories.add(f"arn:aws:ecr:eu-central-1:{account}:repository/{image.partition(':')[0]}")
    for action in ("BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer"):
        assert allowed(serving(each, workload), f"ecr:{action}") == repositories


def test_its_role_writes_its_captured_requests_and_scored_files_and_nothing_else(
    each: Assembly, workload: Workload
) -> None:
    written = {one.partition("/")[2] for one in allowed(serving(each, workload), "s3:PutObject")}
    assert written == {f"capture/{workload.name}/*", f"batch/out/{workload.name}/*"}


def test_clients_know_its_endpoint_by_name_and_the_rest_is_replaced_freely(
    each: Assembly, workload: Workload
) -> None:
    template = serving(each, workload)
    endpoint = only(template, "AWS::SageMaker::Endpoint")["Properties"]
    assert endpoint["EndpointName"] == f"slipway-{each.env}-{workload.name}"
    assert "ModelName" not in only(template, "AWS::SageMaker::Model")["Properties"]
    config = only(template, "AWS::SageMaker::EndpointConfig")["Properties"]
    assert "EndpointConfigName" not in config
    assert [one["VariantName"] for one in config["ProductionVariants"]] == ["AllTraffic"]


def test_its_api_has_the_paths_of_its_contract_and_no_others(each: Assembly, workload: Workload) -> None:
    template = serving(each, workload)
    paths = {one["Properties"]["PathPart"] for one in resources(template, "AWS::ApiGateway::Resource")}
    assert paths - {"{proxy+}"} == {path.removeprefix("/") for path in contract(workload)["paths"]}
    function = only(template, "AWS::Lambda::Function")["Properties"]
    assert function["Handler"] == f"predict_{workload.name}.lambda_handler"


def test_the_example_of_its_endpoint_is_the_record_s(each: Assembly, workload: Workload) -> None:
    assert exported(each, workload, "example") == workload.request
    assert exported(each, workload, "example-type", "text/csv") == workload.example_type


def test_the_example_of_its_api_is_a_request_of_its_contract(each: Assembly, workload: Workload) -> None:
    document = contract(workload)
    [body] = [one["post"]["requestBody"]["content"] for one in document["paths"].values() if "post" in one]
    schema = {**body["application/json"]["schema"], "components": document["components"]}
    example = exported(each, workload, "api-example")
    kind = exported(each, workload, "api-example-type", "text/csv")
    assert kind in body
    given = json.loads(example) if kind == "application/json" else rows_of(document, schema, example)
    Draft202012Validator(schema).validate(given)


def rows_of(document: Any, schema: Any, row: str) -> dict[str, Any]:
    """A row of CSV as the JSON body that says the same."""

    def named(reference: Any) -> Any:
        return document["components"]["schemas"][reference["$ref"].rpartition("/")[2]]

    [(array, items)] = named(schema)["properties"].items()
    fields = zip(named(items["items"])["properties"].items(), row.split(","), strict=True)
    return {array: [{name: _AS_TYPED[field["type"]](cell) for (name, field), cell in fields}]}


def test_an_endpoint_that_exists_is_called_and_none_is_deployed(
    existing: Assembly, workload: Workload
) -> None:
    template = serving(existing, workload)
    name = f"{workload.name.title()}-2026"
    kinds = {one["Type"] for one in template["Resources"].values()}
    assert not [kind for kind in kinds if kind.startswith("AWS::SageMaker::")]
    function = only(template, "AWS::Lambda::Function")["Properties"]
    assert function["Environment"]["Variables"]["ENDPOINT_NAME"] == name
    # IAM knows endpoints in lower case only.
    [granted] = allowed(template, "sagemaker:InvokeEndpoint")
    assert granted.endswith(f":endpoint/{name.lower()}")


def test_without_its_archives_it_is_empty_and_says_which_command_makes_them(
    untrained: Assembly, nothing: Path, workload: Workload
) -> None:
    assert "Resources" not in untrained.template(f"{workload.name}-serving")
    missing, place = ", ".join(workload.containers), nothing / workload.name
    command = f"run `make train WORKLOAD={workload.name}`"
    assert untrained.errors(f"{workload.name}-serving") == [f"no trained {missing} in {place}: {command}"]
    assert resources(untrained.template(f"{workload.name}-training"), "AWS::SageMaker::Pipeline")
    assert untrained.errors(f"{workload.name}-training") == []
    with pytest.raises(UsageError, match=f"^{workload.name} has no endpoint here: no trained .*{command}$"):
        load(untrained.folder).endpoint(workload.name)


def test_only_to_be_read_it_declares_untrained_models_too_and_is_not_deployed(
    read_only: Assembly, workload: Workload
) -> None:
    [error, *_] = read_only.errors(f"{workload.name}-serving")
    assert error.startswith(f"no trained {', '.join(workload.containers)} in ")
    found = [one["ContainerHostname"] for one in containers(read_only, workload)]
    assert found == list(workload.containers)


def test_without_its_packaged_function_it_is_empty_and_says_which_command_packages_it(
    unpackaged: Assembly, nothing: Path, workload: Workload
) -> None:
    assert "Resources" not in unpackaged.template(f"{workload.name}-serving")
    assert unpackaged.errors(f"{workload.name}-serving") == [
        f"no packaged predict_{workload.name} in {nothing}: run `make functions`"
    ]
