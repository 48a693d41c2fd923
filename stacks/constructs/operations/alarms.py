"""CloudWatch alarms that say on which metric, and where they are heard."""

from dataclasses import dataclass

from aws_cdk.aws_cloudwatch import CfnAlarm
from constructs import Construct

from stacks.constructs.operations.metrics import Metric

_PERIOD_SECONDS = 60


@dataclass(frozen=True)
class Alarms:
    """Makes alarms that tell a topic when they go off, and when all is well again."""

    topic_arn: str

    def above(
        self, scope: Construct, id: str, metric: Metric, threshold: float, *, reason: str, minutes: int = 2
    ) -> CfnAlarm:
        """Goes off when the metric exceeds the threshold for so many minutes of the last one more. A metric
        without data is none that exceeds: nobody called. `reason` says the threshold in words, in the unit
        that people use."""
        is_percentile = metric.statistic.startswith("p")
        return CfnAlarm(
            scope,
            id,
            alarm_description=f"{reason}, in {minutes} of {minutes + 1} minutes",
            namespace=metric.namespace,
            metric_name=metric.name,
            dimensions=[
                CfnAlarm.DimensionProperty(name=name, value=value)
                for name, value in metric.dimensions.items()
            ],
            statistic=None if is_percentile else metric.statistic,
            extended_statistic=metric.statistic if is_percentile else None,
            period=_PERIOD_SECONDS,
            evaluation_periods=minutes + 1,
            datapoints_to_alarm=minutes,
            comparison_operator="GreaterThanThreshold",
            threshold=threshold,
            treat_missing_data="notBreaching",
            alarm_actions=[self.topic_arn],
            ok_actions=[self.topic_arn],
        )
