"""From customers to predictions: what goes to the endpoint, and what of its answer is believed."""

from collections.abc import Callable, Mapping, Sequence

import slipway_media
import slipway_rows
import slipway_strict
from churn_contract import ChurnResponse, Customer
from pydantic import ValidationError
from slipway_endpoint import Call, Endpoint, unusable

_LABELS = {"True", "False"}


def customers_from_json(text: str, max_rows: int) -> list[Customer]:
    """The customers of a JSON body; a Problem names each row and field that is wrong."""
    document = slipway_strict.json_document(text)
    records = slipway_rows.records(document, "customers", max_rows=max_rows)
    return slipway_rows.from_json(Customer, records, pointer="#/customers")


def customers_from_csv(text: str, max_rows: int) -> list[Customer]:
    """The customers of a CSV body without a header; a Problem names each row and column that is wrong."""
    return slipway_rows.from_csv(Customer, slipway_strict.csv_rows(text, max_rows=max_rows))


def rows(customers: Sequence[Customer]) -> bytes:
    """The customers as the first container reads them: CSV, no header, no quotes, shortest exact numbers."""
    lines = (",".join(str(value) for _, value in customer) for customer in customers)
    return ("\n".join(lines) + "\n").encode("ascii")


def predictions(content: bytes, count: int) -> str:
    """The endpoint's JSON answer, if it is a finite score and a label for each of `count` rows."""
    try:
        answer = ChurnResponse.model_validate_json(content)
    except ValidationError:
        raise unusable("answer is not the contract's JSON") from None
    if len(answer.predictions) != count:
        raise unusable("answer has another number of rows")
    return answer.model_dump_json()


def labels(content: bytes, count: int) -> str:
    """The endpoint's CSV answer, if it is `True` or `False` for each of `count` rows."""
    lines = content.decode("ascii", errors="replace").removesuffix("\n").split("\n")
    if not set(lines) <= _LABELS:
        raise unusable("answer is not True or False a line")
    if len(lines) != count:
        raise unusable("answer has another number of rows")
    return "\n".join(lines) + "\n"


READERS: Mapping[str, Callable[[str, int], list[Customer]]] = {
    slipway_media.JSON: customers_from_json,
    slipway_media.CSV: customers_from_csv,
}
ANSWERS: Mapping[str, Callable[[bytes, int], str]] = {
    slipway_media.JSON: predictions,
    slipway_media.CSV: labels,
}


def score(customers: Sequence[Customer], *, accept: str, endpoint: Endpoint, call: Call) -> str:
    """The answer's body in the media type `accept`, one of ANSWERS: a prediction a customer, in order."""
    content = endpoint.invoke(rows(customers), content_type=slipway_media.CSV, accept=accept, call=call)
    return ANSWERS[accept](content, len(customers))
