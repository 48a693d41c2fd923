"""From clients to scores: what goes to the endpoint, and how its response is validated."""

from collections.abc import Sequence

from bank_contract import BankResponse, Client
from bank_encoding import FIELDS, encode
from prediction_service import scores

ANSWERS = scores.answers(BankResponse)


def rows(clients: Sequence[Client]) -> bytes:
    """The clients as the model reads them: the features of training, CSV without header."""
    return scores.csv(encode(dict(zip(FIELDS, scores.fields(one), strict=True))) for one in clients)
