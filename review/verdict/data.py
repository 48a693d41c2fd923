"""What is lost with a resource that is deleted, and what expires sooner."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from review.differences import leaves
from review.resource_changes import Fate, ResourceChange
from review.resources import Resource
from review.rows import resource_cell
from review.stack_changes import StackReview, Standing
from review.values import show
from review.verdict.expiry import expiries
from review.verdict.finding import Finding, Severity, section_of


@dataclass(frozen=True)
class Store:
    """What a type keeps; `emptied` tells whether deleting it deletes that too, where it must be empty."""

    keeps: str
    emptied: Callable[[Resource], bool] | None = None

    def loss(self, resource: Resource) -> str:
        if self.emptied is None:
            return f"is deleted with {self.keeps}"
        if self.emptied(resource):
            return f"is emptied and deleted: {self.keeps} are lost"
        return (
            f"is deleted if it is empty; while it holds {self.keeps}, deleting it fails and it is left behind"
        )


def _tagged(tag: str) -> Callable[[Resource], bool]:
    return lambda resource: any(
        show(value) == "true"
        for path, value in leaves(resource.properties)
        if path == ("Tags", f"[{tag}]", "Value")
    )


def _empty_on_delete(repository: Resource) -> bool:
    properties = repository.properties
    empties = isinstance(properties, dict) and show(properties.get("EmptyOnDelete")) == "true"
    return empties or _tagged("aws-cdk:auto-delete-images")(repository)


def _never(resource: Resource) -> bool:
    return False


_DATABASE = Store("its data")
STORES: Mapping[str, Store] = {
    "AWS::AmazonMQ::Broker": Store("its messages"),
    "AWS::Backup::BackupVault": Store("recovery points", _never),
    "AWS::CloudTrail::EventDataStore": Store("its events"),
    "AWS::CodeCommit::Repository": Store("its commits"),
    "AWS::Cognito::UserPool": Store("its users"),
    "AWS::DocDB::DBCluster": _DATABASE,
    "AWS::DynamoDB::GlobalTable": Store("its items"),
    "AWS::DynamoDB::Table": Store("its items"),
    "AWS::EC2::Volume": _DATABASE,
    "AWS::ECR::PublicRepository": Store("images", _never),
    "AWS::ECR::Repository": Store("images", _empty_on_delete),
    "AWS::EKS::Cluster": Store("all that was put into the cluster"),
    "AWS::EFS::FileSystem": Store("its files"),
    "AWS::ElastiCache::ReplicationGroup": _DATABASE,
    "AWS::Elasticsearch::Domain": _DATABASE,
    "AWS::FSx::FileSystem": Store("its files"),
    "AWS::KMS::Key": Store("what it encrypted, unreadable after the waiting period"),
    "AWS::Kinesis::Stream": Store("its records"),
    "AWS::Logs::LogGroup": Store("its log events"),
    "AWS::MSK::Cluster": Store("its records"),
    "AWS::MemoryDB::Cluster": _DATABASE,
    "AWS::Neptune::DBCluster": _DATABASE,
    "AWS::OpenSearchService::Domain": _DATABASE,
    "AWS::RDS::DBCluster": _DATABASE,
    "AWS::RDS::DBInstance": _DATABASE,
    "AWS::Redshift::Cluster": _DATABASE,
    "AWS::S3::Bucket": Store("objects", _tagged("aws-cdk:auto-delete-objects")),
    "AWS::S3Tables::TableBucket": Store("tables", _never),
    "AWS::SQS::Queue": Store("the messages that wait in it"),
    "AWS::SageMaker::Experiment": Store("its trials"),
    "AWS::SageMaker::FeatureGroup": Store("the records of its online store"),
    "AWS::SageMaker::MlflowApp": Store("its runs"),
    "AWS::SageMaker::MlflowTrackingServer": Store("its runs"),
    "AWS::SageMaker::ModelPackage": Store("the registered version"),
    "AWS::SageMaker::ModelPackageGroup": Store("model packages", _never),
    "AWS::SageMaker::NotebookInstance": Store("the files on its volume"),
    "AWS::SageMaker::Space": Store("the files on its volume"),
    "AWS::SecretsManager::Secret": Store("its value"),
    "AWS::Timestream::Database": Store("tables", _never),
    "AWS::Timestream::Table": Store("its records"),
}


def losses(review: StackReview) -> Iterator[Finding]:
    """Data that the deployment deletes; a stack that is no longer declared stays as it is."""
    if review.standing is Standing.GONE:
        return
    for change in review.resources:
        store = STORES.get(change.resource.type)
        if (
            change.old
            and store
            and change.fate in (Fate.REMOVED, Fate.REPLACED)
            and change.old_is == "deleted"
        ):
            verb = "is removed" if change.fate is Fate.REMOVED else "is recreated"
            yield _finding(review, change, f"{verb}; the old one {store.loss(change.old)}")
        for reason in expiries(change):
            yield _finding(review, change, reason)


def _finding(review: StackReview, change: ResourceChange, reason: str) -> Finding:
    section = section_of(change)
    return Finding(Severity.DELETES, review.name, resource_cell(change), reason, section)
