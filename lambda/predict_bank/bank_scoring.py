"""From clients to scores: what goes to the endpoint, and how its response is validated."""

import math
from collections.abc import Callable, Mapping, Sequence

from bank_contract import BankResponse, Client
from bank_encoding import FIELDS, encode
from prediction_service import media_types
from prediction_service.endpoint import require_one_for_each, unusable
from pydantic import ValidationError


def rows(clients: Sequence[Client]) -> bytes:
    """The clients as the model reads them: the features of training, CSV without header."""
    lines = (",".join(encode(_texts(client))) for client in clients)
    return ("\n".join(lines) + "\n").encode("ascii")


def predictions(content: bytes, clients: Sequence[Client]) -> str:
    """The endpoint's JSON answer, if it is a score for each of the clients."""
    try:
        answer = BankResponse.model_validate_json(content)
    except ValidationError:
        raise unusable("response does not match the API contract") from None
    require_one_for_each("predictions", answer.predictions, clients)
    return answer.model_dump_json()


def scores(content: bytes, clients: Sequence[Client]) -> str:
    """The endpoint's CSV answer, if it is a score a line for each of the clients."""
    lines = content.decode("ascii", errors="replace").removesuffix("\n").split("\n")
    if not all(0 <= _number(line) <= 1 for line in lines):
        raise unusable("expected a score from 0 to 1 on each line")
    require_one_for_each("predictions", lines, clients)
    return "\n".join(lines) + "\n"


ANSWERS: Mapping[str, Callable[[bytes, Sequence[Client]], str]] = {
    media_types.JSON: predictions,
    media_types.CSV: scores,
}


def _texts(client: Client) -> dict[str, str]:
    return dict(zip(FIELDS, (str(value) for _, value in client), strict=True))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
