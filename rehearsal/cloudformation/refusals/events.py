"""EventBridge and Application Auto Scaling: schedules, patterns, targets, capacities."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from rehearsal.cloudformation.outcome import Refusal
from rehearsal.cloudformation.refusals.case import Case, Rule, number

_SCHEDULE: Final = "https://github.com/aws/aws-cdk/issues/32753"
_PATTERN: Final = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html"
_PUT_RULE: Final = "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html"
_SCALING: Final = (
    "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html"
)
_RANGES: Final = ((0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199))


def schedule(case: Case) -> Iterator[Refusal]:
    """A schedule that EventBridge can't read."""
    text = case.known("ScheduleExpression")
    if isinstance(text, str) and not is_schedule(text):
        ways = (
            "rate(1 minute), rate(5 minutes)",
            "cron with six fields, a ? in the day of the month or of the week: cron(0 6 * * ? *)",
        )
        yield Refusal("schedule", f"Parameter ScheduleExpression is not valid. ({text})", _SCHEDULE, ways)


def is_schedule(text: str) -> bool:
    """Whether it is `rate(...)` or `cron(...)` as EventBridge's rules accept it."""
    if rate := re.fullmatch(r"rate\((\d+) (minute|hour|day)(s?)\)", text):
        count, plural = int(rate[1]), bool(rate[3])
        return count > 0 and plural == (count > 1)
    found = re.fullmatch(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)", text)
    if not found:
        return False
    fields = found.groups()
    if (fields[2] == "?") == (fields[4] == "?"):
        return False
    return all(_is_field(one, *limits) for one, limits in zip(fields, _RANGES, strict=True))


def _is_field(field: str, low: int, high: int) -> bool:
    """Numbers within the limits; names and signs aren't judged further."""
    if not re.fullmatch(r"[0-9A-Za-z*?,/#-]+", field):
        return False
    starts = (int(one) for one in re.findall(r"(?<![/#\d])\d+", field))
    steps = (int(one) for one in re.findall(r"/(\d+)", field))
    return all(low <= one <= high for one in starts) and all(0 < one <= high for one in steps)


def rule(case: Case) -> Iterator[Refusal]:
    """A rule that nothing triggers, a pattern that isn't one, more targets than a rule has."""
    properties = case.resource.properties
    pattern = properties.get("EventPattern")
    if pattern is None and properties.get("ScheduleExpression") is None:
        text = "Parameter(s) EventPattern or ScheduleExpression must be specified."
        yield Refusal("event-pattern", text, _PUT_RULE, ("give it a pattern or a schedule",))
    if isinstance(pattern, dict):
        fault = next(_pattern_faults(pattern), None)
        if fault:
            ways = ("write each value as a list: {'source': ['aws.s3']}",)
            yield Refusal("event-pattern", f"Event pattern is not valid. Reason: {fault}", _PATTERN, ways)
    names = [one.get("Id") for one in case.members("Targets")]
    if len({*names}) < len(names):
        text = "Target IDs must be unique within a rule"
        yield Refusal("event-pattern", text, _PUT_RULE, ("give each target its own Id",))


def _pattern_faults(pattern: Mapping[str, Any]) -> Iterator[str]:
    if not pattern:
        yield "Empty objects are not allowed"
    for name, value in pattern.items():
        if isinstance(value, dict):
            yield from _pattern_faults(value)
        elif not isinstance(value, list) and name not in ("$or",):
            yield f"'{name}' must be an object or an array"
        elif value == []:
            yield f"Empty arrays are not allowed ({name})"


def capacities(case: Case) -> Iterator[Refusal]:
    """A scalable target whose limits cross."""
    least, most = number(case.known("MinCapacity")), number(case.known("MaxCapacity"))
    if least is not None and most is not None and least > most:
        text = f"Maximum capacity cannot be less than minimum capacity ({most:g} and {least:g})"
        yield Refusal("capacities", text, _SCALING, ("a MaxCapacity of at least MinCapacity",))


RULES: Final[Mapping[str, tuple[Rule, ...]]] = {
    "AWS::Events::Rule": (schedule, rule),
    "AWS::ApplicationAutoScaling::ScalableTarget": (capacities,),
}
