"""What rules accept besides the good templates, and how templates are read."""

import json
from importlib.resources import files

import pytest

from quality.checks.planted.templates import change, good, templates
from stacks.policies.definition import PIPELINE
from stacks.policies.images import fault_of
from stacks.policies.rule import evaluate
from stacks.policies.rules import RULES
from stacks.policies.rules.access import ONLY_STAR
from stacks.policies.rules.endpoint import has_local_disk
from stacks.policies.templates import Templates

DIGEST = "sha256:" + "0" * 64


def red(by_stack, environment="prod", releases=()):
    return {finding.rule for finding in evaluate(RULES, Templates(by_stack, releases), environment)}


def properties(resources, **others):
    """The properties of the resource called X, as rules see them."""
    by_stack = {"one": {"Resources": resources}, **others}
    [found] = [resource for resource in Templates(by_stack) if resource.logical_id == "X"]
    return found.properties


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"Ref": "Data"}, "${one/Data}"),
        ({"Ref": "AWS::Region"}, "${AWS::Region}"),
        ({"Fn::GetAtt": ["Data", "Arn"]}, "${one/Data.Arn}"),
        ({"Fn::GetAtt": "Data.Arn"}, "${one/Data.Arn}"),
        ({"Fn::Join": ["/", ["s3:/", {"Ref": "Data"}, "in"]]}, "s3://${one/Data}/in"),
        ({"Fn::Sub": "${Data.Arn}/${AWS::Region}/${!kept}"}, "${one/Data.Arn}/${AWS::Region}/${!kept}"),
        ({"Fn::Sub": ["${name}/${Data}", {"name": {"Ref": "Data"}}]}, "${one/Data}/${one/Data}"),
        ({"Fn::ImportValue": "two:Key"}, "${two/Key.Arn}"),
        ({"Fn::ImportValue": {"Fn::Join": [":", ["two", "Key"]]}}, "${two/Key.Arn}"),
        ({"Fn::ImportValue": "elsewhere"}, "${Fn::ImportValue elsewhere}"),
    ],
)
def test_an_intrinsic_becomes_its_text(value, text):
    exporting = {
        "Resources": {"Key": {"Type": "AWS::KMS::Key"}},
        "Outputs": {"Key": {"Value": {"Fn::GetAtt": ["Key", "Arn"]}, "Export": {"Name": "two:Key"}}},
    }
    assert properties({"X": {"Type": "T", "Properties": {"Value": value}}}, two=exporting) == {"Value": text}


@pytest.mark.parametrize(
    "uri",
    [
        f"123456789012.dkr.ecr.eu-central-1.amazonaws.com/anything@{DIGEST}",
        f"123456789012.dkr.ecr.eu-central-1.amazonaws.com/anything:latest@{DIGEST}",
        "492215442770.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-xgboost:3.2-0",
        "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py3",
    ],
)
def test_an_image_by_digest_or_as_pinned_cannot_move(uri):
    assert fault_of(uri, Templates({})) is None


@pytest.mark.parametrize(
    ("uri", "complaint"),
    [
        ("docker.io/library/python:3.12", "not a URI of an ECR image"),
        ("492215442770.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0", "can move"),
        ("123456789012.dkr.ecr.eu-central-1.amazonaws.com/ours", "'latest' can move"),
        ("123456789012.dkr.ecr.eu-central-1.amazonaws.com/ours:0123456789abcdef", "no declared repository"),
    ],
)
def test_another_image_is_refused_with_what_is_wrong(uri, complaint):
    assert complaint in str(fault_of(uri, Templates({})))


@pytest.mark.parametrize("name", ["m5d", "m6id", "g4dn", "g5", "c6gd", "p4de", "r7gd", "i3en", "trn1n"])
def test_an_instance_with_a_local_disk_is_known_by_its_family(name):
    assert has_local_disk(f"ml.{name}.xlarge")


@pytest.mark.parametrize("name", ["m5", "c5n", "t3", "m7i", "r6g", "inf2", "p3"])
def test_an_instance_without_a_local_disk_takes_a_key(name):
    assert not has_local_disk(f"ml.{name}.xlarge")


@pytest.mark.parametrize("service", ["events", "pipes", "sagemaker", "scheduler", "states", "vpc-flow-logs"])
@pytest.mark.parametrize("kind", ["StringEquals", "ArnLike"])
def test_a_service_that_names_its_source_is_held_to_it(service, kind):
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": f"{service}.amazonaws.com"},
    }

    def judged(**more):
        document = {"Statement": [{**trust, **more}]}
        role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": document}}
        return red({"one": {"Resources": {"Role": role}}})

    rule = "trust-names-the-source-account"
    assert rule in judged()
    assert rule in judged(Condition={kind: {"aws:PrincipalTag/team": "x"}})
    assert rule not in judged(Effect="Deny")
    for key in ("aws:SourceAccount", "aws:SourceArn"):
        assert rule not in judged(Condition={kind: {key: "x"}})


@pytest.mark.parametrize("service", ["lambda", "ec2", "codedeploy"])
def test_a_service_that_names_no_source_needs_no_condition(service):
    trust = {"Effect": "Allow", "Principal": {"Service": [f"{service}.amazonaws.com"]}}
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": {"Statement": [trust]}},
    }
    assert "trust-names-the-source-account" not in red({"one": {"Resources": {"Role": role}}})


def test_the_table_of_actions_without_resources_is_the_services_own():
    """Against the service authorization reference that cfn-lint carries."""
    services = json.loads((files("cfnlint") / "data/AdditionalSpecs/Policies.json").read_text())
    limited = {
        action
        for action in ONLY_STAR
        for service, name in [action.split(":")]
        if services[service]["Actions"][
            name.lower() if name.lower() in services[service]["Actions"] else name
        ]
    }
    # The reference knows a type `dataset` for it, but no ARN of a metric: a namespace limits ours.
    assert limited == {"cloudwatch:PutMetricData"}


def test_a_model_archive_of_an_approved_release_is_accepted():
    url = "s3://registry/churn/7/pca/model.tar.gz"
    planted = templates(change(good(), {"churn/Model.Containers.1.ModelDataUrl": url}))
    release = {"status": "Approved", "containers": [{"model_data_url": url}]}
    assert red(planted, releases=[release]) == set()
    assert red(planted, releases=[release | {"status": "PendingManualApproval"}]) == {
        "released-model-is-approved"
    }


def tuned(*, several, **changes):
    """The good templates with a Tuning step whose last training has the changes."""
    source = good()
    [fit] = [step for step in source["definition"]["Steps"] if step["Type"] == "Training"]
    changed = {**fit["Arguments"], **changes}
    tuning = (
        {"TrainingJobDefinitions": [fit["Arguments"], changed]}
        if several
        else {"TrainingJobDefinition": changed}
    )
    source["definition"]["Steps"].append({"Name": "Tune", "Type": "Tuning", "Arguments": tuning})
    return templates(source)


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, set()),
        ({"OutputDataConfig": {"S3OutputPath": "s3://outputs/tune"}}, {"job-encrypts-what-it-writes"}),
        ({"ResourceConfig": {"InstanceType": "ml.m5.large"}}, {"job-encrypts-what-it-writes"}),
        ({"VpcConfig": {}}, {"job-runs-in-a-vpc"}),
        ({"Environment": {"API_KEY": "k"}}, {"environment-holds-no-secret"}),
        ({"AlgorithmSpecification": {"TrainingImage": "1.dkr.ecr/x:latest"}}, {"image-cannot-move"}),
    ],
)
def test_the_trainings_of_a_tuning_step_are_held_to_what_a_training_is(several, changes, expected):
    assert red(tuned(several=several, **changes)) == expected


def test_a_finding_in_one_of_several_trainings_says_in_which():
    planted = Templates(tuned(several=True, VpcConfig={}))
    [finding] = evaluate(RULES, planted, "prod")
    assert finding.place.endswith("Tune.Arguments.TrainingJobDefinitions.1.VpcConfig")


@pytest.mark.parametrize("image", ["sagemaker-xgboost:3.2-0", f"linear-learner@{DIGEST}"])
def test_a_hop_may_answer_recordio_to_an_algorithm_that_reads_it(image):
    path = "churn/Model.Containers"
    changes = {
        f"{path}.1.Environment.SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "application/x-recordio-protobuf",
        f"{path}.2.Image": f"492215442770.dkr.ecr.eu-central-1.amazonaws.com/{image}",
    }
    assert red(templates(change(good(), changes))) == set()


def test_the_handler_that_the_cdk_adds_for_a_custom_resource_is_not_ours():
    handler = {"Type": "AWS::Lambda::Function", "Properties": {"Runtime": "nodejs22.x"}}
    user = {
        "Type": "Custom::S3AutoDeleteObjects",
        "Properties": {"ServiceToken": {"Fn::GetAtt": ["Handler", "Arn"]}},
    }
    assert red({"one": {"Resources": {"Handler": handler}}}) == {
        "function-is-traced",
        "function-reserves-its-concurrency",
        "function-runs-in-a-vpc",
        "function-writes-to-a-declared-log-group",
    }
    assert red({"one": {"Resources": {"Handler": handler, "User": user}}}) == set()


@pytest.mark.parametrize("type_", sorted({type_ for rule in RULES for type_ in rule.types} - {PIPELINE}))
def test_a_resource_without_properties_is_judged_like_any_other(type_):
    assert red({"one": {"Resources": {"X": {"Type": type_}}}}) <= {rule.id for rule in RULES}


def test_a_pipeline_defined_elsewhere_is_refused_by_name():
    elsewhere = {"PipelineDefinition": {"PipelineDefinitionS3Location": {"Bucket": "b", "Key": "k"}}}
    with pytest.raises(ValueError, match="one/X has no PipelineDefinitionBody"):
        red({"one": {"Resources": {"X": {"Type": PIPELINE, "Properties": elsewhere}}}})


def test_a_fault_that_misses_its_aim_is_refused():
    with pytest.raises(KeyError):
        change(good(), {"churn/Modell.Containers": []})


def test_a_finding_names_resource_property_fault_and_demand():
    notebook = {"Type": "AWS::SageMaker::NotebookInstance", "Properties": {"RootAccess": "Enabled"}}
    findings = evaluate(RULES, Templates({"one": {"Resources": {"Notebook": notebook}}}), "dev")
    finding = next(one for one in findings if one.rule == "notebook-gives-no-root")
    assert finding.place == "one/Notebook RootAccess"
    assert finding.fault == "is 'Enabled'"
    assert finding.demand == "Who works in a notebook is not root on its instance."
