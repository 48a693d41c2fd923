"""How the roles of both environments may become more, and who else reaches what they have."""

import re

from rehearsal.iam.escalation import steps
from rehearsal.iam.reach import reachable
from rehearsal.iam.rehearsal import Rehearsal

# A pipeline passes the role of its jobs; a build pushes the image that a workload runs; CodePipeline hands
# the source to its own build.
INTENDED = {
    ("Pipeline/Role", "JobRole", "passes it"),
    ("Monitor/Pipeline/Role", "Monitor/JobRole", "passes it"),
    ("Build/BuilderRole", "ExecutionRole", "replaces what it runs"),
    ("Build/BuilderRole", "JobRole", "replaces what it runs"),
    ("Build/PipelineRole", "Build/BuilderRole", "replaces what it runs"),
}


def test_a_role_becomes_another_only_where_that_is_its_work(rehearsed: Rehearsal) -> None:
    ways, across = set(), set()
    for step in steps(rehearsed.account, rehearsed.calls):
        (stack, _, role), (other_stack, _, other) = (
            rehearsed.role_paths[one].partition("/") for one in (step.role, step.becomes)
        )
        ways.add((role, other, re.split(" to |,", step.how)[0]))
        if stack != other_stack:
            across.add(role)

    assert ways == INTENDED
    # What another stack runs, only a build replaces.
    assert across == {"Build/BuilderRole"}


def test_nobody_outside_the_account_reaches_a_resource_but_services_that_name_it(
    rehearsed: Rehearsal,
) -> None:
    unlimited = [line for line in reachable(rehearsed.account) if line.endswith("nothing limits it")]

    # These services do not say on whose behalf they assume a role.
    assert {re.sub(r".*: (\S+) may (.*), for.*", r"\1 \2", line) for line in unlimited} == {
        f"{service}.amazonaws.com sts:AssumeRole"
        for service in ("apigateway", "codebuild", "codedeploy", "codepipeline", "lambda")
    }
    assert not any(" everybody " in line for line in reachable(rehearsed.account))
