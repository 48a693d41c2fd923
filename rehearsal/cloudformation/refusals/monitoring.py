"""CloudWatch: alarms that can't be evaluated, dashboards that can't be read."""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from rehearsal.cloudformation.outcome import Refusal
from rehearsal.cloudformation.refusals.case import Case, Rule, listed, number
from rehearsal.cloudformation.state import is_known

_ALARM: Final = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"
_DASHBOARD: Final = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html"
_DAY, _WEEK, _HOUR = 86_400, 604_800, 3_600


def periods(case: Case) -> Iterator[Refusal]:
    """The periods of an alarm, and how many of them."""
    period, count = number(case.known("Period")), number(case.known("EvaluationPeriods"))
    enough = number(case.known("DatapointsToAlarm"))
    if period is not None and period not in (10, 20, 30) and (period <= 0 or period % 60):
        text = f"Period must be 10, 20, 30 or a multiple of 60 ({period:g})"
        yield _refused(text, "a Period of a whole number of minutes")
    elif period is not None and period in (10, 20, 30) and str(case.known("Namespace")).startswith("AWS/"):
        text = "Metrics of AWS services have periods of a minute at least"
        yield _refused(text, "a Period of 60")
    if enough is not None and count is not None and enough > count:
        text = "DatapointsToAlarm must be less than or equal to EvaluationPeriods"
        yield _refused(
            f"{text} ({enough:g} and {count:g})", "as many EvaluationPeriods as DatapointsToAlarm, or more"
        )
    if period is not None and count is not None:
        most = _WEEK if period >= _HOUR else _DAY
        if period * count > most:
            text = (
                "Metrics cannot be checked across more than "
                f"{'seven days' if most == _WEEK else 'a day'} (EvaluationPeriods * Period must be <= {most})"
            )
            yield _refused(text, "fewer EvaluationPeriods, or a longer Period of an hour at least")


def actions(case: Case) -> Iterator[Refusal]:
    """At most five actions for each state."""
    for name in ("AlarmActions", "OKActions", "InsufficientDataActions"):
        count = len(listed(case.resource.properties.get(name)))
        if count > 5:
            text = (
                f"1 validation error detected: Value at '{name}' failed to satisfy constraint: Member must"
                f" have length less than or equal to 5 ({count})"
            )
            yield _refused(text, "one SNS topic with several subscriptions")


def metric(case: Case) -> Iterator[Refusal]:
    """Dimensions, and a statistic in one of two forms."""
    properties = case.resource.properties
    if len(case.members("Dimensions")) > 30:
        yield _refused("The collection Dimensions must not have a size greater than 30.", "fewer dimensions")
    if properties.get("Statistic") and properties.get("ExtendedStatistic"):
        text = "Statistic and ExtendedStatistic are mutually exclusive"
        yield _refused(text, "one of the two")
    if properties.get("Metrics") and properties.get("MetricName"):
        text = "The parameters MetricName and Metrics are mutually exclusive"
        yield _refused(text, "one of the two")


def _refused(text: str, way: str) -> Refusal:
    return Refusal("alarm", text, _ALARM, (way,))


def dashboard(case: Case) -> Iterator[Refusal]:
    """A body that is JSON, with at most 500 widgets."""
    body = case.resource.properties.get("DashboardBody")
    if not isinstance(body, str):
        return
    text = body if is_known(body) else body.replace("⟨", "").replace("⟩", "")
    try:
        count = len(json.loads(text).get("widgets", []))
    except (ValueError, AttributeError):
        message = "The field DashboardBody must be a valid JSON object (InvalidParameterInput)"
        yield Refusal("dashboard", message, _DASHBOARD, ("write the body with json.dumps, or the construct",))
        return
    if count > 500:
        message = f"The dashboard has {count} widgets, at most 500 are allowed"
        yield Refusal("dashboard", message, _DASHBOARD, ("two dashboards",))


RULES: Final[Mapping[str, tuple[Rule, ...]]] = {
    "AWS::CloudWatch::Alarm": (periods, actions, metric),
    "AWS::CloudWatch::Dashboard": (dashboard,),
}
