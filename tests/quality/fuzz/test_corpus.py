"""What fuzzing found, once more in each run: no parser raises anything, or takes what it should not."""

import sys
from types import ModuleType

import numpy as np
import pytest

from quality.fuzz.target import CORPUS, ROOT, WrongResultError, script
from quality.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_every_input_of_the_corpus_is_refused_or_read_as_it_stands(name: str) -> None:
    target = TARGETS[name]
    inputs = sorted(target.corpus.iterdir())
    parse = target.load()

    assert inputs
    for path in inputs:
        parse(path.read_bytes())


def test_a_script_is_its_folders_whichever_inference_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    other = ModuleType("inference")
    monkeypatch.setitem(sys.modules, "inference", other)

    assert script("churn/pca").__file__ == str(ROOT / "model_code/churn/pca/inference.py")
    assert sys.modules["inference"] is other


def test_every_folder_of_the_corpus_is_a_targets() -> None:
    assert {path.name for path in CORPUS.iterdir()} == set(TARGETS)


def test_a_parser_that_takes_a_wrong_number_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    target = TARGETS["hop-csv"]
    parse = target.load()
    monkeypatch.setattr("churn_scores.from_csv", lambda body: [1.5])

    with pytest.raises(WrongResultError, match="a score is none"):
        parse(b"1.5\n")


def test_a_parser_that_drops_a_row_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    parse = TARGETS["tables"].load()
    monkeypatch.setattr("toolkit.tabular.parse", lambda text, row=1: np.ones((1, 3)))

    with pytest.raises(WrongResultError, match="other numbers than are written"):
        parse(b"1,2,3\n4,5,6\n")


def test_a_server_that_answers_with_another_number_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    parse = TARGETS["image-requests"].load()
    monkeypatch.setattr("tensorflow_inference_image.answers.decimal", lambda value, single: str(value + 1))

    with pytest.raises(WrongResultError, match="not what was written"):
        parse(b'{"instances": [1.5]}')


def test_two_readers_that_differ_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    parse = TARGETS["image-requests"].load()
    monkeypatch.setattr("tensorflow_inference_image.rapid_json.json.loads", lambda text, **how: 1)

    with pytest.raises(WrongResultError, match="two readers differ"):
        parse(b"[2]")
