"""The policies as they are committed: written, and asked whether they allow what a deployment needs."""

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from assembly.errors import UsageError
from rehearsal.deployment.documents import Document, documents
from rehearsal.deployment.needs import Deployment, Need
from rehearsal.iam import arns
from rehearsal.iam.account import Account, Role
from rehearsal.iam.decision import Decision
from rehearsal.iam.evaluate import evaluate
from rehearsal.iam.request import Request
from rehearsal.iam.statement import PolicyKind, Source, parse_document

_DEPLOYS = "deploy-*.json"


def write(deployment: Deployment, folder: Path) -> Mapping[str, Document]:
    """Write a file for each policy in the place of what is in the folder, which is complete or as before."""
    found = documents(deployment)
    new = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    for name, document in found.items():
        (new / f"{name}.json").write_text(json.dumps(document, indent=2) + "\n")
    shutil.rmtree(folder, ignore_errors=True)
    new.rename(folder)
    return found


class Deployer:
    """The role that CloudFormation deploys with, as the policies in a folder make it. Raises UsageError for a
    folder without, PolicyError for a document that IAM does not accept."""

    def __init__(self, folder: Path, deployment: Deployment) -> None:
        self._deployment = deployment
        own, account = deployment.account, deployment.account.id
        self.arn = f"arn:aws:iam::{account}:role/cdk-hnb659fds-cfn-exec-role-{account}-{own.region}"
        files = sorted(folder.glob(_DEPLOYS))
        if not files:
            raise UsageError(f"{folder}: expected policies, got none; write them by make deploy-policy")
        identity = tuple(
            statement
            for file in files
            for statement in parse_document(
                json.loads(file.read_text()),
                Source(file.parent.name, file.stem, file.stem),
                PolicyKind.IDENTITY,
            )
        )
        role = Role(self.arn, self.arn.rpartition("/")[2], identity)
        self._policies = dict(own.resource_policies)
        self._account = Account(
            own.id,
            own.partition,
            own.region,
            roles={self.arn: role},
            resource_policies=self._policies,
            keys=own.keys,
        )

    def decide(self, need: Need) -> Decision:
        """What IAM answers. A resource that the templates give no policy has none."""
        self._policies.setdefault(arns.holder(need.resource, self._account), ())
        return evaluate(self._account, Request(self.arn, need.action, need.resource, dict(need.context)))

    def lacking(self) -> Iterator[str]:
        """What a deployment needs and these policies don't allow: each action once, with its resources."""
        denied: dict[str, dict[str, None]] = {}
        for need in self._deployment.needs:
            if not self.decide(need).allowed:
                denied.setdefault(need.action, {})[need.resource] = None
        for action, resources in denied.items():
            more = f" and {len(resources) - 1} more" if len(resources) > 1 else ""
            yield f"{action} on {next(iter(resources))}{more}"
