"""Deploys an assembly on paper: onto an empty account, or over what another assembly left.

Says whether it works, stack by stack in which order, what fails and what works instead, and what is left.
Exits 1 when it fails. Nothing is called; what only an account knows (what is in a bucket, changes by hand) is
taken as the templates have it, its quotas from a file.
"""

import argparse
import json
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import assembly
from assembly.errors import UsageError
from assembly.markdown import code
from rehearsal.arguments import add_assemblies
from rehearsal.cloudformation.declared import Declared
from rehearsal.cloudformation.operations import deploy, destroy
from rehearsal.cloudformation.outcome import Deployment
from rehearsal.cloudformation.permissions import HandlerPermissions
from rehearsal.cloudformation.refactor import refactor
from rehearsal.cloudformation.refusals import Refusals
from rehearsal.cloudformation.refusals.quotas import DEFAULTS, Quotas
from rehearsal.cloudformation.state import State
from rehearsal.rehearse.moves import mapping, moves, note
from rehearsal.rehearse.place import find_resource
from rehearsal.rehearse.report import as_json, report, summary, verdict

SUMMARY = "whether an assembly can be deployed, and what its deployment does"
_INJECTED = (
    'Resource handler returned message: "made to fail by FAIL=" (HandlerErrorCode: GeneralServiceException)'
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_assemblies(parser, "what is deployed (default: an empty account)")
    parser.add_argument(
        "--policies",
        type=Path,
        metavar="FOLDER",
        help="the deploying role's policies, as deploy/prod: what they deny fails (default: all is allowed)",
    )
    parser.add_argument(
        "--quotas",
        type=Path,
        default=DEFAULTS,
        metavar="FILE",
        help="the account's quotas (default: AWS's, in rehearsal/cloudformation/refusals/quotas.toml)",
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--fail",
        metavar="RESOURCE",
        help="let this resource fail, by logical id or construct path, and say what the rollback leaves",
    )
    what.add_argument(
        "--destroy", action="store_true", help="destroy what is deployed then, with what is left"
    )
    what.add_argument(
        "--refactor",
        type=Path,
        metavar="FILE",
        help="move what is the same elsewhere before: write FILE for `cdk refactor --override-file`",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="as JSON")
    form.add_argument("--summary", action="store_true", help="the verdict alone, and what fails")


def run(arguments: argparse.Namespace) -> int:
    declared = Declared.read(arguments.assembly)
    permissions = None
    if arguments.policies is not None:
        permissions = HandlerPermissions(arguments.policies, assembly.load(arguments.assembly))
    before = State.empty(declared.account, declared.region)
    if arguments.deployed is not None:
        before = _deployed(before, arguments.deployed)
    before, notes = _moved(before, declared, arguments.refactor)
    faults = {find_resource(declared, arguments.fail): _INJECTED} if arguments.fail else {}
    if arguments.destroy:
        present = deploy(before, _with_all_that_is_missing(declared)).state
        deployment = destroy(present, declared=declared, permissions=permissions)
    else:
        checks = [Refusals(Quotas.read(arguments.quotas))]
        deployment = deploy(before, declared, faults=faults, checks=checks, permissions=permissions)
    notes += [_after(before, deployment)] if faults else []
    if arguments.json:
        print(json.dumps(as_json(deployment), indent=2))
    elif arguments.summary:
        print(summary(deployment), end="")
    else:
        print(report(_title(arguments), deployment, notes), end="")
    asked_for = bool(faults) and (deployment.failure is None or deployment.failure.kind == "injected")
    return 0 if deployment.failure is None or asked_for else 1


def _moved(before: State, declared: Declared, file: Path | None) -> tuple[State, list[str]]:
    """What is there before the deployment, with what is the same elsewhere moved if a file takes the mapping,
    and what is said of it."""
    moved = moves(before, declared)
    if file is not None:
        file.write_text(json.dumps(mapping(declared, moved), indent=2) + "\n")
        said = f"{note(moved)} Moved before this deployment." if moved else "Nothing is moved."
        return refactor(before, moved), [said]
    return before, [f"{note(moved)} `--refactor FILE` rehearses a deployment that keeps it."] if moved else []


def _deployed(empty: State, folder: Path) -> State:
    found = deploy(empty, Declared.read(folder))
    if found.failure is not None:
        raise UsageError(
            f"what is deployed can't be rehearsed: {folder}: {verdict(found)} {found.failure.message}"
        )
    return found.state


def _with_all_that_is_missing(declared: Declared) -> Declared:
    """As if each stack had what it needs to be deployed: a destroy meets what was deployed once."""
    return replace(declared, stacks={name: replace(one, errors=()) for name, one in declared.stacks.items()})


def _after(before: State, deployment: Deployment) -> str:
    if deployment.failure is None:
        return "The resource that was to fail isn't created, updated or deleted in this deployment."
    if deployment.failure.kind != "injected":
        return "It fails before the resource that was to fail is reached."
    *earlier, failed = deployment.stacks
    deployed = {one.stack for operation in earlier for one in operation.walk()}
    stay = ", and the stacks before it stay deployed" if any(one.kind != "none" for one in earlier) else ""
    if _without(deployment.state, deployed) == _without(before, deployed):
        return f"**The rollback leaves {code(failed.stack)} as it was before{stay}.**"
    where = code(failed.stack)
    return f"**After the rollback {where} isn't as it was**: see its status, and what belongs to no stack."


def _without(state: State, stacks: Collection[str]) -> State:
    settled = state.settled()
    kept = {name: one for name, one in settled.stacks.items() if name not in stacks}
    return replace(settled, stacks=kept)


def _title(arguments: argparse.Namespace) -> str:
    onto = "an empty account" if arguments.deployed is None else f"`{arguments.deployed}`"
    what = "A destroy, rehearsed after a deployment" if arguments.destroy else "A deployment, rehearsed"
    return f"{what} onto {onto}"
