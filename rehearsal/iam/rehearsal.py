"""An assembly as IAM sees it: its account, what services call, and which statements they need."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from assembly import Assembly
from assembly.errors import UsageError
from rehearsal.iam.account import Account, Role
from rehearsal.iam.calls import Call, calls
from rehearsal.iam.template import account_of
from rehearsal.iam.use import Use, uses


@dataclass(frozen=True)
class Rehearsal:
    """An assembly, its account and its calls, each read when it is asked for."""

    assembly: Assembly

    @cached_property
    def account(self) -> Account:
        return account_of(self.assembly)

    @cached_property
    def calls(self) -> Sequence[Call]:
        return list(calls(self.assembly))

    @cached_property
    def uses(self) -> Sequence[Use]:
        """What each statement is needed for."""
        return list(uses(self.account, self.calls))

    @cached_property
    def role_paths(self) -> Mapping[str, str]:
        """The construct paths of the roles by their ARNs."""
        paths = self.assembly.construct_paths
        return {
            self._arn(one.name): paths.get(one.label, one.label)
            for one in self.assembly.resources("AWS::IAM::Role")
        }

    def role(self, wanted: str) -> Role:
        """The role of that ARN, name, logical id or construct path; raises UsageError unless it is one."""
        paths = self.assembly.construct_paths
        named = {self._arn(one.name): one for one in self.assembly.resources("AWS::IAM::Role")}
        found = [
            arn
            for arn, one in named.items()
            if wanted in (arn, one.name, one.logical_id, one.label, paths.get(one.label))
        ]
        if len(found) != 1:
            choice = sorted(paths.get(named[arn].label, arn) for arn in found or named)
            what = f"{len(found)} roles are" if found else "no role is"
            raise UsageError(f"{what} called {wanted}; expected one of\n  " + "\n  ".join(choice))
        return self.account.roles[found[0]]

    def _arn(self, name: str) -> str:
        return f"arn:{self.account.partition}:iam::{self.account.id}:role/{name}"
