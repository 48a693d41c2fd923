"""How good a model's answers were, once their labels are there."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import csv_rows
from captured_rows import Invocation

_POSITIVE = frozenset({"1", "true", "yes", "t", "y"})
_NEGATIVE = frozenset({"0", "false", "no", "f", "n"})
# Members of a JSON prediction in which an answer may stand, the decision before the score.
_DECISIONS = ("predicted_label", "prediction", "label", "churn", "yes")
_SCORES = ("score", "probability")
_BY_HOUR, _BY_DAY = 13, 10
_MOST_HOURS = 72


class UnknownAnswerError(ValueError):
    """An answer, or a label, that is neither yes nor no."""


@dataclass
class Confusion:
    """Predictions beside labels."""

    tp: int = 0
    fp: int = 0
    fn: int = 0
    tn: int = 0

    def add(self, predicted: bool, label: bool) -> None:
        if predicted:
            self.tp, self.fp = self.tp + label, self.fp + (not label)
        else:
            self.fn, self.tn = self.fn + label, self.tn + (not label)

    @property
    def document(self) -> dict[str, Any]:
        """Counts and measures; a measure without anything to divide by is 0."""
        precision = self.tp / max(self.tp + self.fp, 1)
        recall = self.tp / max(self.tp + self.fn, 1)
        return {
            **{"tp": self.tp, "fp": self.fp, "fn": self.fn, "tn": self.tn},
            **{"rows": (rows := self.tp + self.fp + self.fn + self.tn)},
            "accuracy": (self.tp + self.tn) / max(rows, 1),
            "precision": precision,
            "recall": recall,
            "f1": 2 * precision * recall / max(precision + recall, 1e-12),
        }


class Quality:
    """Confusions by the hour, over more than three days by the day, of the invocations that have labels.

    The rows of a request go with the labels of its id in their order. `threshold` is the score from which on
    a number is a yes. `unmatched` counts invocations whose labels are not as many as their answers, or are
    neither yes nor no; `unknown`, ids of labels that no invocation has.
    """

    def __init__(self, labels: Mapping[str, Sequence[str]], threshold: float = 0.5) -> None:
        self._labels = labels
        self._threshold = threshold
        self._hours: dict[str, Confusion] = {}
        self._found: set[str] = set()
        self.matched = self.unmatched = 0

    @property
    def unknown(self) -> int:
        return len(self._labels) - len(self._found)

    def add(self, invocation: Invocation) -> None:
        labels = self._labels.get(invocation.id)
        if labels is None:
            return
        self._found.add(invocation.id)
        if invocation.answer is None:
            self.unmatched += 1
            return
        try:
            predicted = [_is_yes(one, self._threshold) for one in _answers(invocation.answer)]
            known = [_is_yes(one, self._threshold) for one in labels]
            pairs = [*zip(predicted, known, strict=True)]
        except ValueError:
            self.unmatched += 1
            return
        self.matched += 1
        confusion = self._hours.setdefault(invocation.time.isoformat()[:_BY_HOUR], Confusion())
        for prediction, label in pairs:
            confusion.add(prediction, label)

    def over_time(self) -> list[dict[str, Any]]:
        """The measures of each time, the oldest first."""
        length = _BY_DAY if len(self._hours) > _MOST_HOURS else _BY_HOUR
        merged: dict[str, Confusion] = {}
        for hour, one in sorted(self._hours.items()):
            into = merged.setdefault(hour[:length], Confusion())
            into.tp, into.fp = into.tp + one.tp, into.fp + one.fp
            into.fn, into.tn = into.fn + one.fn, into.tn + one.tn
        return [{"time": time, **one.document} for time, one in merged.items()]


def read_labels(folder: Path) -> dict[str, list[str]]:
    """Labels by the id of their request.

    `*.csv`: `id,label` a line, several lines for a request of several rows, in their order. `*.jsonl`:
    SageMaker's ground truth, `{"groundTruthData": {"data": "1", "encoding": "CSV"}, "eventMetadata":
    {"eventId": ...}}`, whose data hold a label for each row, by commas or lines. Raises ValueError with file
    and line for another one.
    """
    found: dict[str, list[str]] = {}
    for file in sorted(one for one in folder.rglob("*") if one.suffix in (".csv", ".jsonl")):
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                try:
                    id, labels = _of_json(line) if file.suffix == ".jsonl" else _of_csv(line)
                except ValueError as error:
                    raise ValueError(f"{file.name}, line {number}: no label: {error}") from None
                found.setdefault(id, []).extend(labels)
    return found


def _of_csv(line: str) -> tuple[str, list[str]]:
    [cells] = csv_rows.of_text(line)
    if len(cells) != 2:
        raise ValueError(f"expected id,label, got {line.strip()[:40]!r}")
    id, label = cells
    return id.strip(), [label]


def _of_json(line: str) -> tuple[str, list[str]]:
    document = json.loads(line)
    try:
        id, data = document["eventMetadata"]["eventId"], document["groundTruthData"]["data"]
    except (KeyError, TypeError):
        raise ValueError(
            f"expected eventMetadata.eventId and groundTruthData.data, got {line.strip()[:40]!r}"
        ) from None
    return id, [one for one in re.split(r"[,\n]", str(data)) if one.strip()]


def _answers(text: str) -> Iterable[Any]:
    """The predictions of an answer of CSV, of JSON or of JSON lines."""
    if not text.lstrip().startswith("{"):
        return [row[0] for row in csv_rows.of_text(text)]
    documents = [json.loads(line) for line in text.split("\n") if line.strip()]
    if len(documents) == 1 and "predictions" in documents[0]:
        documents = documents[0]["predictions"]
    return [_of_prediction(one) for one in documents]


def _of_prediction(prediction: Any) -> Any:
    if not isinstance(prediction, dict):
        return prediction
    for name in (*_DECISIONS, *_SCORES):
        if name in prediction:
            return prediction[name]
    raise UnknownAnswerError(f"no prediction in {', '.join(prediction)}")


def _is_yes(value: Any, threshold: float) -> bool:
    text = str(value).strip().rstrip(".").lower()
    if text in _POSITIVE:
        return True
    if text in _NEGATIVE:
        return False
    try:
        return float(text) >= threshold
    except ValueError:
        raise UnknownAnswerError(f"expected yes, no or a score, got {text[:20]!r}") from None
