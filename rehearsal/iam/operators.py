"""How each condition operator compares one value of a request with the values of a policy."""

import base64
import binascii
import ipaddress
import operator as of
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from rehearsal.iam import patterns
from rehearsal.iam.patterns import Pattern, Values
from rehearsal.iam.ternary import Ternary, any_of

# Whether a request's value is one of the policy's, however the operator means "is".
Comparison = Callable[[str, Values], Ternary]
_Order = Callable[[Any, Any], bool]


@dataclass(frozen=True)
class Operator:
    """A condition operator without its forms. A negated one holds where the comparison doesn't, and where the
    request doesn't carry the key."""

    comparison: Callable[[Sequence[str], bool, bool], Comparison]
    is_negated: bool = False

    def compiled(self, values: Sequence[str], has_variables: bool) -> Comparison:
        return self.comparison(values, has_variables, self.is_negated)


def _texts(make: Callable[[str, bool], Pattern | None]) -> Callable[[Sequence[str], bool, bool], Comparison]:
    """Compares texts. What a negated operator compares with a variable that has no value isn't documented:
    it is not known, where another one simply doesn't match."""

    def compiled(values: Sequence[str], has_variables: bool, is_negated: bool) -> Comparison:
        found = [make(one, has_variables) for one in values]
        without: Ternary = None if is_negated else False
        return lambda text, known: any_of(
            None if one is None else one.matches(text, known, without=without) for one in found
        )

    return compiled


def _parsed(
    parse: Callable[[str], Any], compare: _Order
) -> Callable[[Sequence[str], bool, bool], Comparison]:
    """Compares what is read from texts; a text that can't be read makes the answer unknown."""

    def compiled(values: Sequence[str], has_variables: bool, is_negated: bool) -> Comparison:
        wanted = [parse(one) for one in values]

        def is_one(text: str, known: Values) -> Ternary:
            given = parse(text)
            return any_of(None if given is None or one is None else compare(given, one) for one in wanted)

        return is_one

    return compiled


_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


def _number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text) and text.isascii() else None


# The forms of ISO 8601 that the W3C's note lists; a number that isn't a year is seconds since 1970.
_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)?)?)?)?"
)


def _date(text: str) -> datetime | None:
    try:
        if match := _DATE.fullmatch(text):
            year, month, day, hour, minute, second, fraction, zone = match.groups()
            date = f"{year}-{month or '01'}-{day or '01'}"
            time = f"{hour or '00'}:{minute or '00'}:{second or '00'}.{(fraction or '0')[:6]:0<6}"
            return datetime.fromisoformat(f"{date}T{time}{zone or 'Z'}")
        number = _number(text)
        return None if number is None else datetime.fromtimestamp(float(number), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _within(inner: Any, outer: Any) -> bool:
    return bool(inner.version == outer.version and inner.subnet_of(outer))


def _equal(text: str, has_variables: bool) -> Pattern:
    return patterns.exact(text, has_variables=has_variables)


def _equal_ignoring_case(text: str, has_variables: bool) -> Pattern:
    return patterns.exact(text, has_variables=has_variables, ignore_case=True)


def _like(text: str, has_variables: bool) -> Pattern:
    return patterns.wild(text, has_variables=has_variables)


def _arn(text: str, has_variables: bool) -> Pattern | None:
    return patterns.arn(text, has_variables=has_variables)


_ORDERS: Mapping[str, _Order] = {
    "Equals": of.eq,
    "LessThan": of.lt,
    "LessThanEquals": of.le,
    "GreaterThan": of.gt,
    "GreaterThanEquals": of.ge,
}
OPERATORS: Mapping[str, Operator] = {
    "StringEquals": Operator(_texts(_equal)),
    "StringNotEquals": Operator(_texts(_equal), is_negated=True),
    "StringEqualsIgnoreCase": Operator(_texts(_equal_ignoring_case)),
    "StringNotEqualsIgnoreCase": Operator(_texts(_equal_ignoring_case), is_negated=True),
    "StringLike": Operator(_texts(_like)),
    "StringNotLike": Operator(_texts(_like), is_negated=True),
    **{f"Numeric{name}": Operator(_parsed(_number, order)) for name, order in _ORDERS.items()},
    "NumericNotEquals": Operator(_parsed(_number, of.eq), is_negated=True),
    **{f"Date{name}": Operator(_parsed(_date, order)) for name, order in _ORDERS.items()},
    "DateNotEquals": Operator(_parsed(_date, of.eq), is_negated=True),
    "Bool": Operator(_texts(_equal_ignoring_case)),
    "BinaryEquals": Operator(_parsed(_bytes, of.eq)),
    "IpAddress": Operator(_parsed(_network, _within)),
    "NotIpAddress": Operator(_parsed(_network, _within), is_negated=True),
    "ArnEquals": Operator(_texts(_arn)),
    "ArnLike": Operator(_texts(_arn)),
    "ArnNotEquals": Operator(_texts(_arn), is_negated=True),
    "ArnNotLike": Operator(_texts(_arn), is_negated=True),
}
