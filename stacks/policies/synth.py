"""A synth with its checks: our rules and cdk-nag's. The app that unit tests build goes without."""

from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path

import jsii
from aws_cdk import (
    App,
    IPolicyValidationContext,
    IPolicyValidationPlugin,
    PolicyValidationPluginReport,
    PolicyViolatingResource,
    PolicyViolation,
    Validations,
)

from stacks.policies.rule import Environment, Finding, Rule, evaluate
from stacks.policies.rules import RULES
from stacks.policies.templates import Templates
from stacks.settings import Settings, SettingsError
from stacks.workloads.shared.record import WorkloadError


def run(build: Callable[[App], Settings]) -> None:
    """The program: what `build` declares is checked and written; wrong settings end it with what is wrong."""
    app = App()
    try:
        settings = build(app)
    except (SettingsError, WorkloadError) as error:
        raise SystemExit(f"error: {error}") from None
    attach(app, settings.env)
    app.synth()


def attach(app: App, environment: Environment) -> None:
    """Let `app.synth()` fail on what is neither met nor, for cdk-nag, acknowledged."""
    # Loaded here: it costs Python and jsii a third of a second, and the app that tests build goes without.
    from cdk_nag import AwsSolutionsChecks, NIST80053R5Checks  # noqa: PLC0415

    Validations.of(app).add_plugins(OwnPolicies(environment), AwsSolutionsChecks(), NIST80053R5Checks())


@jsii.implements(IPolicyValidationPlugin)
class OwnPolicies:
    """Our rules as a plugin of the CDK."""

    def __init__(self, environment: Environment, rules: Sequence[Rule] = RULES) -> None:
        self._environment = environment
        self._rules = rules

    @property
    def name(self) -> str:
        return "slipway"

    @property
    def version(self) -> str:
        return "1.0.0"

    @property
    def rule_ids(self) -> list[str]:
        return [rule.id for rule in self._rules]

    def validate(self, context: IPolicyValidationContext) -> PolicyValidationPluginReport:
        paths = {Path(path).name: path for path in context.template_paths}
        templates = Templates.read([*map(Path, paths.values())])
        findings = evaluate(self._rules, templates, self._environment)
        return PolicyValidationPluginReport(
            success=not findings,
            violations=[
                _violation([*same], paths)
                for _, same in groupby(findings, key=lambda one: (one.rule, one.stack, one.logical_id))
            ],
        )


def _violation(findings: Sequence[Finding], paths: dict[str, str]) -> PolicyViolation:
    """The findings of one rule at one resource."""
    first = findings[0]
    return PolicyViolation(
        rule_name=first.rule,
        description=first.demand,
        fix="; ".join(f"{finding.path or first.logical_id} {finding.fault}" for finding in findings),
        severity="error",
        violating_resources=[
            PolicyViolatingResource(
                resource_logical_id=first.logical_id,
                template_path=paths[f"{first.stack}.template.json"],
                locations=[f"Properties/{finding.path.replace('.', '/')}" for finding in findings],
            )
        ],
    )
