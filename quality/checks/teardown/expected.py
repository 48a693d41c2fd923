"""What is known to stay, each with the reason; docs/teardown.md says how it goes, too."""

from collections.abc import Mapping

from quality.checks.teardown.remainder import Kind, Remainder
from stacks.policies.rule import Environment

type Reasons = Mapping[tuple[Kind, str], str]

_OF_ALL = "all environments of the account write there, and everybody else: no stack may own it"
_ANYWHERE: Reasons = {
    (Kind.ACCOUNT_SETTING, "AWS::ApiGateway::Account"): "one for all APIs of the account and region",
    (Kind.ASSETS, "files of the stack"): "the bootstrap stack is the account's; `cdk gc` tidies it",
    (Kind.LOG_GROUP, "/aws/apigateway/welcome"): "API Gateway makes it, when it is told of a role for logs",
    (Kind.LOG_GROUP, "/aws/sagemaker/NotebookInstances"): _OF_ALL,
    (Kind.LOG_GROUP, "/aws/sagemaker/ProcessingJobs"): _OF_ALL,
    (Kind.LOG_GROUP, "/aws/sagemaker/TrainingJobs"): _OF_ALL,
    (Kind.LOG_GROUP, "/aws/sagemaker/TransformJobs"): _OF_ALL,
    (Kind.MADE_BY_EXECUTIONS, "AWS::SageMaker::Model"): "a name and a role, at no cost; deleted by hand",
}
# Only where a synth lacks something (the tests look at every stack, with archives of their own), or has what
# neither environment has by itself.
_MAY_BE_THERE: Reasons = {
    (Kind.MADE_IN_CLUSTER, "AWS::EKS::Cluster"): "a person deletes what runs in the cluster first",
    (Kind.NOT_DEPLOYABLE, "the whole stack"): "once it can be deployed, it is looked at; the tests do so now",
}
_KEPT = "prod keeps its data, and what is needed to read it"
_EXPECTED: Mapping[Environment, Reasons] = {
    "dev": {
        **_ANYWHERE,
        (Kind.BLOCKED, "AWS::SageMaker::ModelPackageGroup"): "a person deletes its versions first",
        (Kind.KEY_WAITS, "AWS::KMS::Key"): "KMS has no other way; until then nobody can use it",
    },
    "prod": {
        **_ANYWHERE,
        (Kind.BLOCKED, "AWS::SageMaker::Space"): "its user, or an administrator, deletes its app first",
        (Kind.LOG_GROUP, "/aws/sagemaker/studio"): _OF_ALL,
        (Kind.PROTECTED, "the whole stack"): "nobody destroys prod by one command",
        (Kind.RETAINED, "AWS::ECR::Repository"): _KEPT,
        (Kind.RETAINED, "AWS::KMS::Key"): _KEPT,
        (Kind.RETAINED, "AWS::Logs::LogGroup"): "prod keeps its logs until their retention is over",
        (Kind.RETAINED, "AWS::S3::Bucket"): _KEPT,
        (Kind.RETAINED, "AWS::SageMaker::ModelPackageGroup"): _KEPT,
    },
}
_MAY_BE_IN_PROD: Reasons = {
    (Kind.PROTECTED, "AWS::EKS::Cluster"): "nobody deletes prod's cluster by one command",
}


def expected(environment: Environment) -> Reasons:
    """The reasons by kind and subject of what every whole assembly of the environment leaves."""
    return _EXPECTED[environment]


def why_expected(remainder: Remainder, environment: Environment) -> str | None:
    """Why the remainder is one that is known, or None."""
    prod = _MAY_BE_IN_PROD if environment == "prod" else {}
    known = {**_EXPECTED[environment], **_MAY_BE_THERE, **prod}
    return known.get((remainder.kind, remainder.subject))
