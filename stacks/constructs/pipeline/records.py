"""What the records of a workload's files are, and how many of them a model takes at a time."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Records:
    """Lines of one media type in files with one suffix.

    `strategy` is a transform job's BatchStrategy: one line to a request, or as many as fit
    into `payload_mb`. `answers` are the media types that a model can answer in, the usual one first.
    """

    media_type: str
    suffix: str
    strategy: Literal["MultiRecord", "SingleRecord"]
    payload_mb: int
    answers: tuple[str, ...]


# A row grows on its way through our containers, and XGBoost refuses more than 6 MB: hence 1 MB.
CSV_ROWS = Records("text/csv", "csv", "MultiRecord", 1, ("text/csv", "application/jsonlines"))
# What is answered is text of the table's own.
CSV_LABELS = Records("text/csv", "csv", "MultiRecord", 1, ("text/csv",))
# DeepAR takes one series at a time.
JSON_SERIES = Records("application/jsonlines", "jsonl", "SingleRecord", 6, ("application/jsonlines",))
# A request of many sentences, or tweets, is short; what they take is time.
JSON_TEXTS = Records("application/jsonlines", "jsonl", "MultiRecord", 1, ("application/jsonlines",))
