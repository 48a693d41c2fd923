"""From customers to predictions: what goes to the endpoint, and how its response is validated."""

from collections.abc import Callable, Mapping, Sequence

from churn_contract import ChurnResponse, Customer
from prediction_service import media_types
from prediction_service.endpoint import require_one_for_each, unusable
from pydantic import ValidationError

_LABELS = {"True", "False"}


def rows(customers: Sequence[Customer]) -> bytes:
    """The customers as the first container reads them: CSV, no header, no quotes, shortest exact numbers."""
    lines = (",".join(str(value) for _, value in customer) for customer in customers)
    return ("\n".join(lines) + "\n").encode("ascii")


def predictions(content: bytes, customers: Sequence[Customer]) -> str:
    """The endpoint's JSON answer, if it is a finite score and a label for each of the customers."""
    try:
        answer = ChurnResponse.model_validate_json(content)
    except ValidationError:
        raise unusable("response does not match the API contract") from None
    require_one_for_each("predictions", answer.predictions, customers)
    return answer.model_dump_json()


def labels(content: bytes, customers: Sequence[Customer]) -> str:
    """The endpoint's CSV answer, if it is `True` or `False` for each of the customers."""
    lines = content.decode("ascii", errors="replace").removesuffix("\n").split("\n")
    if not set(lines) <= _LABELS:
        raise unusable("expected True or False on each line")
    require_one_for_each("predictions", lines, customers)
    return "\n".join(lines) + "\n"


ANSWERS: Mapping[str, Callable[[bytes, Sequence[Customer]], str]] = {
    media_types.JSON: predictions,
    media_types.CSV: labels,
}
