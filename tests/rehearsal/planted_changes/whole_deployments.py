"""Changes that CloudFormation itself refuses, or that other resources stand in the way of."""

from dataclasses import replace
from typing import Any

from planted_apps import PREFIX, App, Planted, adding, setting

from rehearsal.cloudformation.state import State

_CFN = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/"
_REFERENCE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
CHURN = "churn-serving"
TOPIC_EXPORT = 'Exports/Output{"Ref":"AlarmsTopic3A2DFEBA"}'


def _without_export(app: App) -> None:
    template = app.template("foundation")
    for name in [one for one in template["Outputs"] if "AlarmsTopic" in one]:
        del template["Outputs"][name]


def _moved_log_group(app: App) -> None:
    app.add("workbench", "Logs", "Logs::LogGroup", LogGroupName="/aws/sagemaker/Endpoints/slipway-dev-churn")


def _circle(app: App) -> None:
    app.resource(CHURN, "Model/Model")["DependsOn"] = [app.logical_id(CHURN, "Endpoint/Endpoint")]


def _another_variant(app: App) -> None:
    config = app.properties(CHURN, "Endpoint/Config")
    # As CDK does it: a configuration has no name of its own, and is replaced.
    config["ProductionVariants"][0]["VariantName"] = "Second"


def _second_version(app: App) -> None:
    function = app.logical_id(CHURN, "Service/Function/Function")
    app.add(CHURN, "Second", "Lambda::Version", FunctionName={"Ref": function})


def _waits_longer(app: App) -> None:
    [wait] = [
        one for one in app.template("image")["Resources"].values() if one["Type"].endswith("::WaitCondition")
    ]
    wait["Properties"]["Timeout"] = "1234"


def _type(app: App) -> None:
    app.resource("foundation", "BucketEmptyingLogs").update(
        Type="AWS::SNS::Topic", Properties={"DisplayName": "logs"}
    )


def _service_token(app: App) -> None:
    custom = app.resource("foundation", "DataBucket/AutoDeleteObjectsCustomResource")
    custom["Properties"]["ServiceToken"] = "arn:aws:lambda:eu-central-1:123456789012:function:other"


def _parameter(app: App) -> None:
    app.template("workbench")["Parameters"]["Team"] = {"Type": "String"}


def _ssm_parameter(app: App) -> None:
    app.template("workbench")["Parameters"]["Team"] = {
        "Type": "AWS::SSM::Parameter::Value<String>",
        "Default": "/slipway/team",
    }


def _status(stack: str, status: str, state: State) -> State:
    return state.with_stack(replace(state.stacks[PREFIX + stack], status=status))


def _protected(stack: str, action: str, state: State) -> State:
    policy: dict[str, Any] = {
        "Statement": [
            {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": action, "Principal": "*", "Resource": "*"},
        ]
    }
    return state.with_stack(replace(state.stacks[PREFIX + stack], policy=policy))


def _nothing(app: App) -> None:
    """The app as it is."""


CHANGES = (
    Planted(
        "an export is taken away that other stacks import",
        "foundation",
        TOPIC_EXPORT,
        "export-in-use",
        "cannot be deleted as it is in use by",
        "two deployments",
        "https://github.com/aws/aws-cdk/issues/7602",
        _without_export,
    ),
    Planted(
        "a resource is replaced whose name other stacks import",
        "foundation",
        TOPIC_EXPORT,
        "export-in-use",
        "cannot be updated as it is in use by",
        "three deployments",
        "https://github.com/aws/aws-cdk/issues/3414",
        setting("foundation", "Alarms/Topic", FifoTopic=True),
    ),
    Planted(
        "a stack imports what no stack exports",
        "workbench",
        "",
        "export-missing",
        "No export named slipway-dev-team found",
        "deploy the stack",
        f"{_CFN}using-cfn-stack-exports.html",
        adding("workbench", "Team", "SNS::Topic", DisplayName={"Fn::ImportValue": "slipway-dev-team"}),
    ),
    Planted(
        "an endpoint's construct has another id, its name is kept",
        CHURN,
        "Renamed",
        "name-taken",
        "slipway-dev-churn already exists",
        "overrideLogicalId",
        "https://github.com/aws/aws-cdk/issues/1424",
        lambda app: app.move(CHURN, "Endpoint/Endpoint", "Renamed"),
    ),
    Planted(
        "a repository's construct has another id, its name is kept",
        "foundation",
        "Moved",
        "name-taken",
        "already exists",
        "overrideLogicalId",
        "https://github.com/aws/aws-cdk/issues/15357",
        lambda app: app.move("foundation", "ProcessingRepository", "Moved"),
    ),
    Planted(
        "two stacks have a log group of one name",
        "workbench",
        "Logs",
        "name-taken",
        "already exists",
        "another name",
        "https://repost.aws/knowledge-center/cloudformation-resource-already-exists",
        _moved_log_group,
    ),
    Planted(
        "a repository with a fixed name is replaced",
        "foundation",
        "ScriptModeRepository",
        "custom-name-replacement",
        "custom-named resource",
        "two deployments",
        f"{_REFERENCE}aws-properties-name.html",
        setting("foundation", "ScriptModeRepository", EncryptionConfiguration={"EncryptionType": "AES256"}),
    ),
    Planted(
        "a notebook with a fixed name is replaced",
        "workbench",
        "Notebook/Instance",
        "custom-name-replacement",
        "custom-named resource",
        "two deployments",
        f"{_REFERENCE}aws-resource-sagemaker-notebookinstance.html",
        setting("workbench", "Notebook/Instance", SubnetId="subnet-0abc0abc0abc0abc0"),
    ),
    Planted(
        "two resources wait for each other",
        CHURN,
        "",
        "circular-dependency",
        "Circular dependency between resources",
        "",
        f"{_CFN}troubleshooting.html",
        _circle,
    ),
    Planted(
        "a resource refers to what isn't there",
        "workbench",
        "",
        "unresolved-reference",
        "Unresolved resource dependencies [Gone]",
        "declare Gone",
        f"{_CFN}troubleshooting.html",
        adding("workbench", "Team", "SNS::Topic", DisplayName={"Ref": "Gone"}),
    ),
    Planted(
        "a type that CloudFormation doesn't know",
        "workbench",
        "",
        "unknown-type",
        "Unrecognized resource types: [AWS::SageMaker::Notebook]",
        "correct the type",
        f"{_CFN}troubleshooting.html",
        adding("workbench", "Second", "SageMaker::Notebook"),
    ),
    Planted(
        "a logical id gets another type",
        "foundation",
        "",
        "type-changed",
        "Update of resource type is not permitted",
        "another id",
        "https://repost.aws/knowledge-center/cloudformation-update-resource-type",
        _type,
    ),
    Planted(
        "a stack policy forbids the update",
        "workbench",
        "Notebook/Instance",
        "stack-policy",
        "Action denied by stack policy",
        "set-stack-policy",
        f"{_CFN}protect-stack-resources.html",
        setting("workbench", "Notebook/Instance", VolumeSizeInGB=50),
        state=lambda state: _protected("workbench", "Update:Modify", state),
    ),
    Planted(
        "an endpoint that is being updated is updated",
        CHURN,
        "Endpoint/Endpoint",
        "in-flight",
        "Cannot update in-progress endpoint",
        "wait until",
        "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpoint.html",
        setting(CHURN, "Endpoint/Endpoint", RetainAllVariantProperties=False),
        state=lambda state: state.changing({("AWS::SageMaker::Endpoint", "slipway-dev-churn"): "Updating"}),
    ),
    Planted(
        "a variant that is scaled gets another name",
        CHURN,
        "Endpoint/Endpoint",
        "variant-scaled",
        "scalable target",
        "two deployments",
        "https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling.html",
        _another_variant,
    ),
    Planted(
        "a second version of a function that hasn't changed",
        CHURN,
        "Second",
        "version-exists",
        "A version for this Lambda function exists",
        "change the function",
        "https://github.com/aws/aws-cdk/issues/11537",
        _second_version,
    ),
    Planted(
        "a wait condition waits longer",
        "image",
        "Build/Built7171c6f929c36d80",
        "update-unsupported",
        "is not supported",
        "another id",
        f"{_REFERENCE}aws-resource-cloudformation-waitcondition.html",
        _waits_longer,
    ),
    Planted(
        "a custom resource gets another function",
        "foundation",
        "DataBucket/AutoDeleteObjectsCustomResource",
        "service-token",
        "Modifying service token is not allowed",
        "another id",
        f"{_REFERENCE}aws-resource-cloudformation-customresource.html",
        _service_token,
    ),
    Planted(
        "an account that isn't bootstrapped",
        "foundation",
        "",
        "not-bootstrapped",
        "Has the environment been bootstrapped?",
        "cdk bootstrap",
        "https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-troubleshoot.html",
        _nothing,
        state=lambda state: replace(state, parameters={}),
        over="empty",
    ),
    Planted(
        "a stack whose rollback has failed",
        "workbench",
        "",
        "stack-not-updatable",
        "UPDATE_ROLLBACK_FAILED state and can not be updated",
        "continue-update-rollback",
        f"{_CFN}using-cfn-updating-stacks-continueupdaterollback.html",
        setting("workbench", "Notebook/Instance", VolumeSizeInGB=50),
        state=lambda state: _status("workbench", "UPDATE_ROLLBACK_FAILED", state),
    ),
    Planted(
        "a stack that is being updated",
        "workbench",
        "",
        "stack-not-updatable",
        "UPDATE_IN_PROGRESS state and can not be updated",
        "wait until",
        f"{_CFN}troubleshooting.html",
        setting("workbench", "Notebook/Instance", VolumeSizeInGB=50),
        state=lambda state: _status("workbench", "UPDATE_IN_PROGRESS", state),
    ),
    Planted(
        "a notebook's volume shrinks",
        "workbench",
        "Notebook/Instance",
        "one-way",
        "volume size",
        "keep VolumeSizeInGB",
        "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateNotebookInstance.html",
        setting("workbench", "Notebook/Instance", VolumeSizeInGB=5),
        setup=setting("workbench", "Notebook/Instance", VolumeSizeInGB=50),
    ),
    Planted(
        "a parameter without a value",
        "workbench",
        "",
        "parameter-missing",
        "Parameters: [Team] must have values",
        "--parameters Team=",
        f"{_CFN}parameters-section-structure.html",
        _parameter,
    ),
    Planted(
        "an SSM parameter that isn't there",
        "workbench",
        "",
        "ssm-parameter-missing",
        "/slipway/team",
        "put-parameter",
        f"{_CFN}cloudformation-supplied-parameter-types.html",
        _ssm_parameter,
    ),
    Planted(
        "a model package group with packages is deleted",
        "churn-training",
        "Models",
        "not-empty",
        "cannot be deleted because it still contains",
        "delete-model-package",
        "https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-delete-model-group.html",
        _nothing,
        state=lambda state: state.holding(
            {("AWS::SageMaker::ModelPackageGroup", "slipway-dev-churn"): "3 packages"}
        ),
        destroys=True,
    ),
    Planted(
        "a stack with termination protection is destroyed",
        "workbench",
        "",
        "termination-protection",
        "TerminationProtection is enabled",
        "no-enable-termination",
        f"{_CFN}using-cfn-protect-stacks.html",
        _nothing,
        state=lambda state: state.with_stack(
            replace(state.stacks[f"{PREFIX}workbench"], termination_protection=True)
        ),
        destroys=True,
    ),
)
