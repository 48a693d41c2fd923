"""A web access list before a stage of a REST API."""

from aws_cdk import aws_wafv2 as waf
from constructs import Construct

from stacks.constructs.operations.log_groups import LogGroups, log_group_arn

# AWS's rules against known bad senders and inputs. Its common set refuses bodies over 8 KB: ours are larger.
_MANAGED = ("AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesKnownBadInputsRuleSet")


class Firewall(Construct):
    """Blocks who sends more than `requests_per_5_minutes` from one address, and what AWS knows to be bad.

    The gateway answers for it with its own 403. Its log holds no credentials.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        stage_arn: str,
        requests_per_5_minutes: int,
        logs: LogGroups,
    ) -> None:
        super().__init__(scope, id)
        self._name = name
        managed = [self._managed(group, priority) for priority, group in enumerate(_MANAGED, start=1)]
        acl = waf.CfnWebACL(
            self,
            "Acl",
            scope="REGIONAL",
            default_action=waf.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=self._visibility("All"),
            rules=[self._rate_limit(requests_per_5_minutes), *managed],
        )
        waf.CfnWebACLAssociation(self, "Association", resource_arn=stage_arn, web_acl_arn=acl.attr_arn)
        # WAF takes a group of this prefix only, by an ARN without the wildcard at its end.
        group_name = f"aws-waf-logs-{name}"
        group = logs.group(self, "Logs", name=group_name)
        waf.CfnLoggingConfiguration(
            self,
            "Logging",
            resource_arn=acl.attr_arn,
            log_destination_configs=[log_group_arn(self, group_name)],
            redacted_fields=[
                waf.CfnLoggingConfiguration.FieldToMatchProperty(single_header={"Name": header})
                for header in ("authorization", "x-api-key")
            ],
        ).node.add_dependency(group)

    def _rate_limit(self, limit: int) -> waf.CfnWebACL.RuleProperty:
        return waf.CfnWebACL.RuleProperty(
            name="RateLimit",
            priority=0,
            action=waf.CfnWebACL.RuleActionProperty(block={}),
            visibility_config=self._visibility("RateLimit"),
            statement=waf.CfnWebACL.StatementProperty(
                rate_based_statement=waf.CfnWebACL.RateBasedStatementProperty(
                    aggregate_key_type="IP", evaluation_window_sec=300, limit=limit
                )
            ),
        )

    def _managed(self, group: str, priority: int) -> waf.CfnWebACL.RuleProperty:
        return waf.CfnWebACL.RuleProperty(
            name=group,
            priority=priority,
            override_action=waf.CfnWebACL.OverrideActionProperty(none={}),
            visibility_config=self._visibility(group),
            statement=waf.CfnWebACL.StatementProperty(
                managed_rule_group_statement=waf.CfnWebACL.ManagedRuleGroupStatementProperty(
                    vendor_name="AWS", name=group
                )
            ),
        )

    def _visibility(self, rule: str) -> waf.CfnWebACL.VisibilityConfigProperty:
        return waf.CfnWebACL.VisibilityConfigProperty(
            cloud_watch_metrics_enabled=True,
            metric_name=f"{self._name}-{rule}",
            sampled_requests_enabled=True,
        )
