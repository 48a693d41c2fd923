"""AutoML's evaluation: labels of the whole model against those of the table."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from model_scripts import load

SCHEMA = {"target": "Churn?", "labels": ["False.", "True."], "columns": [], "target_index": 0}


@pytest.fixture
def evaluate(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    def run(
        observed: Sequence[str],
        answered: Sequence[str],
        *options: str,
        schema: dict[str, Any] = SCHEMA,
    ) -> dict[str, Any]:
        for name, lines in (("labels/labels.csv", observed), ("scores/rows.csv.out", answered)):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text("".join(f"{line}\n" for line in lines))
        (tmp_path / "labels/split.json").write_text('{"random_state": 42}')
        (tmp_path / "schema.json").write_text(json.dumps(schema))
        folders = ("--labels", "labels", "--scores", "scores", "--output", "output")
        arguments = [part if part.startswith("--") else str(tmp_path / part) for part in folders]
        load("automl/evaluate/__main__").main([*arguments, "--analysis", str(tmp_path), *options])
        return json.loads((tmp_path / "output/evaluation.json").read_text())  # type: ignore[no-any-return]

    return run


OBSERVED = ["False."] * 6 + ["True."] * 2
ANSWERED = ["False."] * 5 + ["True."] * 2 + ["False."]


def test_figures_are_those_of_the_second_label(evaluate: Callable[..., dict[str, Any]]) -> None:
    found = evaluate(OBSERVED, ANSWERED)
    assert found["confusion"] == {"tn": 5, "fp": 1, "fn": 1, "tp": 1}
    assert (found["rows"], found["accuracy"], found["f1"], found["split"]) == (8, 0.75, 0.5, 42)
    assert (found["precision"], found["recall"]) == (0.5, 0.5)
    assert (found["target"], found["classes"]) == ("Churn?", ["False.", "True."])


@pytest.mark.parametrize(("observed", "f1"), [(OBSERVED, 0.0), (["True."] * 3 + ["False."], 6 / 7)])
def test_the_baseline_answers_the_more_frequent_label_to_each_row(
    evaluate: Callable[..., dict[str, Any]], observed: list[str], f1: float
) -> None:
    baseline = evaluate(observed, observed)["baseline"]
    assert (baseline["accuracy"], baseline["f1"]) == (0.75, pytest.approx(f1))


def test_the_shortfall_is_what_lacks_of_the_minimum(evaluate: Callable[..., dict[str, Any]]) -> None:
    assert evaluate(OBSERVED, ANSWERED, "--minimum-f1", "0.8")["f1_shortfall"] == 0.3


def test_it_prints_the_matrix_with_the_names_of_the_labels(
    evaluate: Callable[..., dict[str, Any]], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    evaluate(OBSERVED, ANSWERED)
    printed = [line.split() for line in capsys.readouterr().out.splitlines() if line]
    assert printed[0][:4] == ["8", "rows:", "f1", "0.500,"]
    assert printed[1:] == [
        ["predicted"],
        ["False.", "True."],
        ["Churn?", "False.", "5", "1"],
        ["True.", "1", "1"],
    ]
    assert "AutoML: 8 rows of the test part" in (tmp_path / "output/evaluation.html").read_text()


@pytest.mark.parametrize(
    ("observed", "answered", "labels", "message"),
    [
        (OBSERVED, ANSWERED[:-1], ["False.", "True."], "expected 8 answers, one for each label, got 7"),
        (["True."], ["True."], ["False.", "True."], "the labels of the test part are all the same"),
        (["0", "1"], ["0", "1"], ["False.", "True."], "line 1: expected False. or True., got '0'"),
        (OBSERVED, ["0.4"], ["False.", "True."], "line 1: expected False. or True., got '0.4'"),
        (OBSERVED, ANSWERED, ["a", "b", "c"], "the target Churn? has 3 labels, expected 2"),
        (OBSERVED, ANSWERED, [], "the target Churn? has 0 labels, expected 2"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    evaluate: Callable[..., dict[str, Any]],
    observed: list[str],
    answered: list[str],
    labels: list[str],
    message: str,
) -> None:
    with pytest.raises(SystemExit) as refused:
        evaluate(observed, answered, schema={**SCHEMA, "labels": labels})
    assert message in str(refused.value)
