"""The values of a stack's parameters: given, kept from the last deployment, defaults, or SSM's."""

from collections.abc import Mapping
from typing import Any, Final

from rehearsal.cloudformation.declared import DeclaredStack
from rehearsal.cloudformation.outcome import Refusal
from rehearsal.cloudformation.refused import Refused
from rehearsal.cloudformation.state import BOOTSTRAP_PARAMETER, StackState, State

_SSM: Final = "AWS::SSM::Parameter::"
_PARAMETERS: Final = (
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html"
)
_BY_SSM: Final = (
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/"
    "cloudformation-supplied-parameter-types.html"
)
_BOOTSTRAP: Final = "https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-troubleshoot.html"


def given(stack: DeclaredStack, before: StackState | None) -> dict[str, Any]:
    """As CDK's command line hands them over: a value that the stack has is kept, whatever the default is now.
    Of an SSM parameter it is its name. Raises Refused where there is none."""
    values: dict[str, Any] = {}
    missing = []
    for name, declared in _declared(stack).items():
        if name in stack.parameters:
            values[name] = stack.parameters[name]
        elif before is not None and name in before.parameters:
            values[name] = before.parameters[name]
        elif "Default" in declared:
            values[name] = declared["Default"]
        else:
            missing.append(name)
    if missing:
        text = f"Parameters: [{', '.join(missing)}] must have values"
        ways = (f"cdk deploy {stack.name} --parameters {missing[0]}=VALUE",)
        raise Refused(Refusal("parameter-missing", text, _PARAMETERS, ways))
    return values


def resolved(stack: DeclaredStack, values: Mapping[str, Any], state: State) -> dict[str, Any]:
    """What Ref gives for each. Raises Refused for what SSM doesn't have."""
    found = {}
    for name, declared in _declared(stack).items():
        kind, value = declared["Type"], values[name]
        if kind.startswith(_SSM):
            value = _from_ssm(stack, str(value), state)
        is_list = kind == "CommaDelimitedList" or "List<" in kind
        found[name] = (
            [one.strip() for one in value.split(",")] if is_list and isinstance(value, str) else value
        )
    return found


def depends_on_ssm(stack: DeclaredStack) -> bool:
    """Whether the same template may mean something else than before."""
    return any(
        one["Type"].startswith(_SSM) and one.get("Default") != BOOTSTRAP_PARAMETER
        for one in _declared(stack).values()
    )


def _from_ssm(stack: DeclaredStack, name: str, state: State) -> str:
    if name in state.parameters:
        return state.parameters[name]
    if name == BOOTSTRAP_PARAMETER:
        raise Refused(
            Refusal(
                "not-bootstrapped",
                f"{stack.name}: SSM parameter {name} not found. Has the environment been bootstrapped? "
                "Please run 'cdk bootstrap'",
                _BOOTSTRAP,
                (f"cdk bootstrap aws://{state.account}/{state.region}",),
            )
        )
    text = f"Unable to fetch parameters [{name}] from parameter store for this account."
    ways = (f"aws ssm put-parameter --type String --name {name} --value VALUE",)
    raise Refused(Refusal("ssm-parameter-missing", text, _BY_SSM, ways))


def _declared(stack: DeclaredStack) -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = stack.template.get("Parameters", {})
    return found
