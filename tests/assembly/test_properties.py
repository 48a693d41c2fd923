"""No property of what the runner serves, and no argument of its jobs, is passed over in silence.

And none that the runner does not need stops it.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from assembly_files import write_assembly
from botocore.loaders import Loader

import assembly
from assembly.errors import AssemblyError
from assembly.properties import MODEL, PROPERTIES
from assembly.rules import Acted, Rule
from local.errors import JobError
from local.jobs import arguments
from local.jobs.arguments import refuse

# Of a shape: its members by name, each with its own shape; None for a value.
type Members = Callable[[Any], Mapping[str, Any] | None]


def unclassified(rule: Rule, shape: Any, members: Members, path: str = "") -> Iterator[str]:
    """The members of a shape that the rule would treat as unknown."""
    if not isinstance(rule, Acted) or rule.members is None:
        return
    for name, member in (members(shape) or {}).items():
        if name in rule.members:
            yield from unclassified(rule.members[name], member, members, f"{path}{name}.")
        else:
            yield f"{path}{name}"


def of_cloudformation(kind: str) -> tuple[Any, Members]:
    """The schema that cfn-lint carries, and how it is read."""
    spec = find_spec("cfnlint")
    assert spec and spec.submodule_search_locations
    folder = Path(spec.submodule_search_locations[0], "data", "schemas")
    digest = json.loads((folder / "providers" / "us-east-1.json").read_text())[kind]
    schema = json.loads((folder / "resources" / f"{digest}.json").read_text())
    read_only = {pointer.rpartition("/")[2] for pointer in schema.get("readOnlyProperties", [])}

    def members(node: Any) -> Mapping[str, Any] | None:
        while "$ref" in node or "items" in node:
            node = schema["definitions"][node["$ref"].rpartition("/")[2]] if "$ref" in node else node["items"]
        found = node.get("properties", {})
        return {name: one for name, one in found.items() if node is not schema or name not in read_only}

    return schema, members


@pytest.mark.parametrize("kind", PROPERTIES)
def test_every_property_of_the_types_that_are_served_has_a_rule(kind: str) -> None:
    schema, members = of_cloudformation(kind)
    assert members(schema)
    assert list(unclassified(PROPERTIES[kind], schema, members)) == []


@pytest.fixture(scope="module")
def shapes() -> Mapping[str, Any]:
    model = Loader().load_service_model("sagemaker", "service-2")
    found: Mapping[str, Any] = model["shapes"]
    return found


@pytest.mark.parametrize(
    ("rule", "request_shape"),
    [
        (arguments.TRAINING, "CreateTrainingJobRequest"),
        (arguments.PROCESSING, "CreateProcessingJobRequest"),
        (arguments.TRANSFORM, "CreateTransformJobRequest"),
        (arguments.TUNING, "CreateHyperParameterTuningJobRequest"),
        (MODEL, "CreateModelInput"),
    ],
)
def test_every_argument_of_the_jobs_of_pipelines_has_a_rule(
    shapes: Mapping[str, Any], rule: Rule, request_shape: str
) -> None:
    def members(name: str) -> Mapping[str, Any] | None:
        shape = shapes[name]
        if shape["type"] == "list":
            return members(shape["member"]["shape"])
        return {name: one["shape"] for name, one in shape.get("members", {}).items()}

    assert members(request_shape)
    assert list(unclassified(rule, request_shape, members)) == []


UNKNOWN = {"Ref": "Later"}
IMPORTED = {"Fn::ImportValue": "of-another-app"}
NOTHING = {"Ref": "AWS::NoValue"}


def served(
    folder: Path,
    *,
    variant: Any = None,
    config: Any = None,
    container: Any = None,
    endpoint: Any = None,
    model: Any = None,
    **more: Any,
) -> Any:
    """An endpoint with these properties beside those that it needs."""
    variants = [{"VariantName": "all", "ModelName": "m", **(variant or {})}]
    write_assembly(
        folder,
        {
            "Model": {
                "Type": "AWS::SageMaker::Model",
                "Properties": {
                    "ModelName": "m",
                    "PrimaryContainer": {"Image": "i", **(container or {})},
                    **(model or {}),
                },
            },
            "Config": {
                "Type": "AWS::SageMaker::EndpointConfig",
                "Properties": {"EndpointConfigName": "c", "ProductionVariants": variants, **(config or {})},
            },
            "Endpoint": {
                "Type": "AWS::SageMaker::Endpoint",
                "Properties": {"EndpointName": "e", "EndpointConfigName": "c", **(endpoint or {})},
            },
            "Net": {"Type": "AWS::EC2::VPC"},
            **more,
        },
        template={
            "Parameters": {"Later": {"Type": "String"}},
            "Conditions": {"Unset": {"Fn::Equals": [UNKNOWN, ""]}},
        },
    )
    return assembly.load(folder)


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        (
            {"config": {"AsyncInferenceConfig": {}}},
            "Config .*AsyncInferenceConfig is not .*asynchronous",
        ),
        (
            {"variant": {"ServerlessConfig": {}}},
            "Config .*ServerlessConfig is not .*serverless",
        ),
        (
            {"config": {"ShadowProductionVariants": [{}]}},
            "Config .*ShadowProductionVariants is not .*shadow",
        ),
        ({"config": {"ExplainerConfig": {}}}, "Config .*ExplainerConfig is not supported: .*explanations"),
        ({"config": {"Novel": {}}}, "Config .*: Novel is not supported: the runner does not support"),
        ({"config": {"ProductionVariants": []}}, "Config .* one production variant, not 0"),
        (
            {"config": {"ProductionVariants": [{"VariantName": "a"}, {"VariantName": "b"}]}},
            "Config .* one production variant, not 2",
        ),
        ({"config": {"ProductionVariants": [{"VariantName": "a"}]}}, "Config .*ModelName is missing"),
        (
            {"variant": {"ManagedInstanceScaling": {"Status": "ENABLED"}}},
            "Config .*ManagedInstanceScaling",
        ),
        ({"variant": {"InstancePools": [{}]}}, "Config .*InstancePools is not supported"),
        (
            {"variant": {"ManagedInstanceScaling": {"MinInstanceCount": 1}}},
            "Config .*ManagedInstanceScaling",
        ),
        (
            {"variant": {"ManagedInstanceScaling": UNKNOWN}},
            "Config .*ManagedInstanceScaling is not supported",
        ),
        ({"config": {"AsyncInferenceConfig": UNKNOWN}}, "Config .*AsyncInferenceConfig is not supported"),
        ({"container": {"Environment": {"A": UNKNOWN}}}, "Model .*parameter Later"),
        ({"variant": {"ModelName": UNKNOWN}}, "Config .*parameter Later"),
        (
            {"container": {"Mode": "MultiModel"}},
            "Model .*PrimaryContainer.Mode 'MultiModel' is not supported, only",
        ),
        (
            {"container": {"MultiModelConfig": {}}},
            "Model .*MultiModelConfig is not .*one model",
        ),
        ({"container": {"ModelPackageName": "p"}}, "Model .*ModelPackageName is not supported: .*give Image"),
        (
            {"container": {"ModelDataSource": {"S3DataSource": {"CompressionType": "None"}}}},
            "Model .*ModelDataSource.S3DataSource.CompressionType 'None' is not supported, only Gzip",
        ),
        (
            {"container": {"ModelDataSource": {"S3DataSource": {"S3DataType": "S3Prefix"}}}},
            "Model .*S3DataType 'S3Prefix' is not supported, only S3Object",
        ),
        (
            {
                "Model": {
                    "Type": "AWS::SageMaker::Model",
                    "Properties": {
                        "ModelName": "m",
                        "Containers": [{"Image": "i"}],
                        "InferenceExecutionConfig": {"Mode": "Direct"},
                    },
                }
            },
            "Model .*InferenceExecutionConfig.Mode 'Direct' is not supported, only Serial",
        ),
        (
            {"Part": {"Type": "AWS::SageMaker::InferenceComponent", "Properties": {"EndpointName": "e"}}},
            r"Endpoint .*inference components \(Shop/Part\)",
        ),
    ],
)
def test_what_changes_the_answer_to_a_request_is_refused_by_name(
    tmp_path: Path, declared: dict[str, Any], message: str
) -> None:
    with pytest.raises(AssemblyError, match=f"^Shop/{message}"):
        served(tmp_path, **declared).endpoint("e")


@pytest.mark.parametrize(
    "declared",
    [
        {"container": {"Mode": "SingleModel"}},
        {"container": {"ImageConfig": {"RepositoryAccessMode": "Vpc"}}},
        {"variant": {"InitialVariantWeight": 1, "InitialInstanceCount": 2, "RoutingConfig": {}}},
        {"config": {"DataCaptureConfig": {"EnableCapture": True}, "VpcConfig": {}}},
        {"Part": {"Type": "AWS::SageMaker::InferenceComponent", "Properties": {"EndpointName": "other"}}},
        {"variant": {"ManagedInstanceScaling": {"Status": "DISABLED", "MinInstanceCount": 1}}},
        {"variant": {"InstancePools": [], "ManagedInstanceScaling": NOTHING, "ServerlessConfig": NOTHING}},
        {"config": {"ShadowProductionVariants": [], "AsyncInferenceConfig": NOTHING}},
        {"config": {"DataCaptureConfig": {"EnableCapture": False}, "ExplainerConfig": NOTHING}},
        {"container": {"AdditionalModelDataSources": [], "MultiModelConfig": NOTHING}},
        {"container": {"ImageConfig": {"RepositoryAuthConfig": UNKNOWN}}},
        {"config": {"DataCaptureConfig": {"DestinationS3Uri": UNKNOWN}, "KmsKeyId": UNKNOWN}},
        {"config": {"ExecutionRoleArn": IMPORTED, "Tags": [{"Key": "team", "Value": IMPORTED}]}},
        {"config": {"VpcConfig": {"SecurityGroupIds": [{"Fn::GetAtt": ["Net", "DefaultSecurityGroup"]}]}}},
        {"config": {"Tags": UNKNOWN}},
        {"variant": {"InstanceType": UNKNOWN}},
        {"variant": {"InitialInstanceCount": {"Fn::If": ["Unset", 1, 2]}, "RoutingConfig": UNKNOWN}},
        {"endpoint": {"DeploymentConfig": {"AutoRollbackConfiguration": {"Alarms": [UNKNOWN]}}}},
        {"endpoint": {"RetainAllVariantProperties": UNKNOWN, "Tags": [{"Key": IMPORTED, "Value": "a"}]}},
        {"model": {"ExecutionRoleArn": IMPORTED, "EnableNetworkIsolation": UNKNOWN, "VpcConfig": UNKNOWN}},
    ],
)
def test_what_changes_no_answer_is_served(tmp_path: Path, declared: dict[str, Any]) -> None:
    assert served(tmp_path, **declared).endpoint("e").model.containers[0].image == "i"


def test_a_part_chosen_by_a_condition_is_treated_like_any_other(tmp_path: Path) -> None:
    variant = {"VariantName": "all", "ModelName": "m", "InstanceType": UNKNOWN}
    chosen = {"Fn::If": ["One", [{"Fn::If": ["One", variant, NOTHING]}], UNKNOWN]}
    write_assembly(
        tmp_path,
        {"Config": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"ProductionVariants": chosen}}},
        template={
            "Parameters": {"Later": {"Type": "String"}},
            "Conditions": {"One": {"Fn::Equals": ["1", "1"]}},
        },
    )
    [config] = assembly.load(tmp_path).resources("AWS::SageMaker::EndpointConfig")
    assert config.properties == {"ProductionVariants": [variant]}


def test_the_tags_that_can_be_known_are_read_beside_those_that_cannot(tmp_path: Path) -> None:
    tags = [{"Key": "team", "Value": UNKNOWN}, {"Key": "workload", "Value": "toys"}]
    found = served(tmp_path, endpoint={"Tags": tags})
    assert found.endpoint("toys").name == "e"


def test_an_archive_may_be_named_by_a_data_source(tmp_path: Path) -> None:
    source = {"S3DataType": "S3Object", "CompressionType": "Gzip", "S3Uri": "s3://b/m.tar.gz"}
    found = served(tmp_path, container={"ModelDataSource": {"S3DataSource": source}}).endpoint("e")
    assert found.model.containers[0].model_data_url == "s3://b/m.tar.gz"


def test_properties_without_effect_are_listed(tmp_path: Path) -> None:
    found = served(
        tmp_path,
        config={"DataCaptureConfig": {"EnableCapture": True, "KmsKeyId": "k"}},
        variant={"InstanceType": "ml.m5.large"},
        container={"ImageConfig": {}},
    )
    assert found.unused_properties() == [
        ("AWS::SageMaker::EndpointConfig", "DataCaptureConfig.KmsKeyId"),
        ("AWS::SageMaker::EndpointConfig", "ProductionVariants.InstanceType"),
        ("AWS::SageMaker::Model", "PrimaryContainer.ImageConfig"),
    ]


@pytest.mark.parametrize(
    ("rule", "given", "message"),
    [
        (
            arguments.TRAINING,
            {"ResourceConfig": {"InstanceGroups": [{"InstanceCount": 2}]}},
            "InstanceGroups is not supported",
        ),
        (
            arguments.TRAINING,
            {"OutputDataConfig": {"CompressionType": "NONE"}},
            "CompressionType 'NONE' is not",
        ),
        (arguments.TRAINING, {"InputDataConfig": [{"ShuffleConfig": {}}]}, "ShuffleConfig is not supported"),
        (
            arguments.TRAINING,
            {"InputDataConfig": [{"InputMode": "Pipe"}]},
            "InputMode 'Pipe' is not",
        ),
        (
            arguments.TRAINING,
            {"AlgorithmSpecification": {"ContainerEntrypoint": ["fit"]}},
            "Entrypoint is not",
        ),
        (arguments.PROCESSING, {"ProcessingInputs": [{"DatasetDefinition": {}}]}, "DatasetDefinition is not"),
        (arguments.TUNING, {"Autotune": {"Mode": "Enabled"}}, "^Autotune is not supported"),
        (arguments.TRANSFORM, {"Novel": 1}, "^Novel is not supported"),
    ],
)
def test_what_changes_the_result_of_a_job_is_refused_by_name(
    rule: Rule, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(JobError, match=message):
        refuse(rule, given)


def test_a_number_may_stand_as_text() -> None:
    refuse(arguments.TRAINING, {"ResourceConfig": {"InstanceCount": "1"}})
