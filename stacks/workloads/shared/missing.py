"""A stack that cannot be declared yet."""

from aws_cdk import Acknowledgment, Annotations, Stack, Validations

# `assembly.manifest` reads it; stacks do not import who reads their assembly.
EMPTY = "slipway:empty"


def leave_empty(stack: Stack, workload: str, reason: str) -> None:
    """Mark a workload's stack that declares nothing: it synthesizes, and `cdk` refuses it with the reason."""
    Annotations.of(stack).add_error(reason)
    # No resource has the tag: the runner knows by this why the workload has no endpoint.
    stack.node.add_metadata(EMPTY, {"workload": workload, "reason": reason})
    # The template check reports what the annotation says better, and would end the other stacks' synth.
    Validations.of(stack).acknowledge(Acknowledgment(id="CloudFormation-Validate::F0001", reason=reason))
