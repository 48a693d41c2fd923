"""What the CDK is asked once: each question is a message to the process of jsii, a synth asks thousands."""

from weakref import WeakKeyDictionary

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import IConstruct

_STACKS: WeakKeyDictionary[IConstruct, Stack] = WeakKeyDictionary()


def stack_of(construct: IConstruct) -> Stack:
    """The stack that the construct is in, which stays the same."""
    if construct not in _STACKS:
        _STACKS[construct] = Stack.of(construct)
    return _STACKS[construct]


def add_statement(role: iam.IRole, statement: iam.PolicyStatement) -> None:
    """Grant to the role. It is `role.add_to_principal_policy`, whose answer nobody reads: jsii would ask for
    each part of it."""
    if isinstance(role, iam.Role):
        role.add_to_policy(statement)
    else:
        role.add_to_principal_policy(statement)
