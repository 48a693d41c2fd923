"""What a job prints, in the image's words: the lines from which SageMaker reads the metrics."""

from collections.abc import Sequence
from time import perf_counter

from .candidates import Candidate
from .fitting import Epoch
from .metrics import Score

_HOST = "host=algo-1"


class Report:
    """Prints each epoch and the scores of the final model; the first epoch begins when it is made."""

    def __init__(self, *, epochs: int, rows: int) -> None:
        self._epochs, self._rows, self._since = epochs, rows, perf_counter()

    def epoch(self, one: Epoch) -> None:
        quality = f"#quality_metric: {_HOST}, epoch={one.number}"
        print(f"{quality}, train {one.objective} <loss>={one.train_loss}")
        if one.validation_loss is not None:
            print(f"{quality}, validation {one.objective} <loss>={one.validation_loss}")
        print(
            f"#early_stopping_criteria_metric: {_HOST}, epoch={one.number}, "
            f"criteria={one.criterion}, value={one.value}"
        )
        if one.without_improvement is None:
            print(f"Epoch {one.number}: Loss improved. Updating best model")
        else:
            print(f"Epoch {one.number}: Loss has not improved for {one.without_improvement} epochs.")
        print(f"#progress_metric: {_HOST}, completed {100 * (one.number + 1) // self._epochs} % of epochs")
        now = perf_counter()
        throughput = self._rows / (now - self._since)
        print(f"#throughput_metric: {_HOST}, train throughput={throughput} records/second")
        self._since = now

    def final(self, part: str, scores: Sequence[Score]) -> None:
        for score in scores:
            print(f"#{part}_score (algo-1) : ('{score.name}', {score.value})")
        for score in scores:
            print(f"#quality_metric: {_HOST}, {part} {score.name} <{score.kind}>={score.value}")

    def best(self, candidate: Candidate) -> None:
        print(f"Best model found for hyperparameters: {candidate.shown()}")

    def without_test(self) -> None:
        print("Test data is not provided.")
