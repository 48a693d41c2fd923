"""The whole way in one process, on the sample and on the public file."""

import json

import numpy as np
import pytest
from model_scripts import REAL_FILE
from whole_way import Chain, Part, f1, split, train

SPLITS = (1729, *range(14))
KANSAS = "KS,186,510,400-6454,no,no,0,137.8,97,23.43,187.7,118,15.95,146.4,85,6.59,8.7,6,2.35,1"
MAINE = "ME,118,408,384-8723,yes,yes,21,156.5,122,26.61,209.2,125,17.78,158.7,81,7.14,11.1,3,3.0,4"

needs_public_file = pytest.mark.skipif(
    not REAL_FILE.exists(), reason="the public file is not in ../shared/data"
)


def test_the_sample_s_rule_is_learned(chain: Chain, parts: tuple[Part, ...]) -> None:
    assert f1(parts[2].labels, chain.answer(parts[2].body)) > 0.8


def test_one_row_gets_the_answer_that_it_gets_among_others(chain: Chain, parts: tuple[Part, ...]) -> None:
    together = chain.answer(parts[2].body, "application/jsonlines")
    one_by_one = "".join(chain.answer(row, "application/jsonlines") for row in parts[2].rows[:50])
    assert together.startswith(one_by_one)


def test_training_twice_answers_the_same(parts: tuple[Part, ...], chain: Chain) -> None:
    again = train(parts[0], parts[1])
    assert again.postprocess.model == chain.postprocess.model
    np.testing.assert_array_equal(again.scores(parts[2].body), chain.scores(parts[2].body))


@needs_public_file
def test_the_public_file_s_test_part_is_answered_well() -> None:
    training, validation, test = split(REAL_FILE, 1729)
    chain = train(training, validation)
    answers = chain.answer(test.body)
    accuracy = np.mean((np.array(answers.split()) == "True") == test.labels)
    print(f"split 1729: f1 {f1(test.labels, answers):.4f}, accuracy {accuracy:.4f}")
    assert f1(test.labels, answers) >= 0.90
    assert accuracy >= 0.97
    assert chain.answer(KANSAS) == "False\n"
    assert chain.answer(MAINE) == "True\n"
    assert json.loads(chain.answer(MAINE, "application/json"))["predictions"][0]["churn"] is True


@needs_public_file
def test_fifteen_splits_of_the_public_file_are_answered_well() -> None:
    found = []
    for seed in SPLITS:
        training, validation, test = split(REAL_FILE, seed)
        found.append(f1(test.labels, train(training, validation).answer(test.body)))
    print(f"mean f1 {np.mean(found):.4f} +- {np.std(found):.4f} over {len(found)} splits")
    assert np.mean(found) >= 0.885
