"""From customers to predictions: what goes to the endpoint, and how its response is validated."""

from collections.abc import Callable, Mapping, Sequence

from churn_contract import ChurnResponse, Customer
from prediction_service import media_types, scores

_LABELS = {"True", "False"}

ANSWERS: Mapping[str, Callable[[bytes, Sequence[Customer]], str]] = {
    media_types.JSON: scores.document(ChurnResponse),
    media_types.CSV: scores.lines(_LABELS.__contains__, "True or False"),
}


def rows(customers: Sequence[Customer]) -> bytes:
    """The customers as the first container reads them."""
    return scores.csv(map(scores.fields, customers))
