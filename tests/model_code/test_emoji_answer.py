"""From tweets to the model's numbers and from its logits to emojis; the linear model beside another."""

import json
import math
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_scripts import load
from sklearn.feature_extraction.text import TfidfVectorizer

answers = load("shared/tweets/emoji_answer")
linear = load("shared/tweets/emoji_linear")
EMOJIS = load("shared/tweets/tweet_text").EMOJIS

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "i", "am", "good", "'", "happy", "birth", "##day"]
LENGTHS = {"words": (1, 2), "characters": (2, 3)}
TEXTS = [
    "i am good",
    "happy birthday",
    "don't don't don't",
    "a",
    "good good birthday happy i am",
    "happy days",
]


def fitted(texts: list[str], classes: int) -> tuple[Any, list[TfidfVectorizer], Any]:
    """A linear model with random coefficients, and scikit-learn's vectorizers that it stands for."""
    vectorizers = [
        TfidfVectorizer(analyzer=partial(linear.ANALYZERS[name], lengths=lengths), sublinear_tf=True)
        for name, lengths in LENGTHS.items()
    ]
    vocabularies, first = [], 0
    for (name, lengths), vectorizer in zip(LENGTHS.items(), vectorizers, strict=True):
        vectorizer.fit(texts)
        ngrams = vectorizer.get_feature_names_out().tolist()
        vocabularies.append(linear.Vocabulary(name, lengths, ngrams, first))
        first += len(ngrams)
    random = np.random.RandomState(3)
    coefficients, intercepts = random.normal(0, 1, (first, classes)), random.normal(0, 1, classes)
    idf = np.concatenate([vectorizer.idf_ for vectorizer in vectorizers])
    model = linear.Linear(vocabularies, idf.tolist(), coefficients.ravel().tolist(), intercepts.tolist())
    return model, vectorizers, (coefficients, intercepts)


def folder_with(path: Path, **settings: float) -> Path:
    (path / "labels.json").write_text(json.dumps(EMOJIS))
    (path / "vocab.txt").write_text("".join(f"{token}\n" for token in VOCABULARY))
    chosen = {"max_tokens": 6, "threshold": 0.5, "linear_weight": 0.0, **settings}
    (path / "settings.json").write_text(json.dumps(chosen))
    return path


known = st.sampled_from([*TEXTS[0].split(), *TEXTS[4].split(), "don't", "unknown", "days"])


@given(st.lists(known).map(" ".join))
def test_the_linear_model_scores_as_scikit_learn_does(text: str) -> None:
    model, vectorizers, (coefficients, intercepts) = fitted(TEXTS, classes=4)

    features = np.hstack([vectorizer.transform([text]).toarray() for vectorizer in vectorizers])
    expected = (features @ coefficients + intercepts)[0]
    assert model.logits(text) == pytest.approx(expected.tolist(), abs=1e-5)


def test_a_saved_linear_model_is_text_and_float32_and_scores_the_same(tmp_path: Path) -> None:
    model, vectorizers, _ = fitted(TEXTS, classes=4)
    model.save(tmp_path / "linear")

    features = sum(len(vectorizer.vocabulary_) for vectorizer in vectorizers)
    assert {path.name: path.stat().st_size for path in tmp_path.glob("linear/*.f32")} == {
        "idf.f32": 4 * features,
        "coefficients.f32": 16 * features,
        "intercepts.f32": 16,
    }
    loaded = linear.Linear.load(tmp_path / "linear")
    assert [loaded.logits(text) for text in TEXTS] == [model.logits(text) for text in TEXTS]


def test_a_linear_model_with_a_file_cut_off_is_refused(tmp_path: Path) -> None:
    model, _, _ = fitted(TEXTS, classes=4)
    model.save(tmp_path)
    path = tmp_path / "idf.f32"
    path.write_bytes(path.read_bytes()[:-4])

    with pytest.raises(ValueError, match=r"expected .* IDF values"):
        linear.Linear.load(tmp_path)


def test_ngrams_of_words_and_of_characters() -> None:
    assert list(linear.word_ngrams("a b c", (1, 2))) == ["a", "b", "c", "a b", "b c"]
    assert list(linear.character_ngrams("ab c", (2, 4))) == [
        *(" a", "ab", "b ", " ab", "ab ", " ab "),
        *(" c", "c ", " c "),
    ]


@given(st.lists(st.floats(-800, 800), min_size=1, max_size=12))
def test_shares_are_those_of_the_softmax(logits: list[float]) -> None:
    shares = [math.exp(value) for value in linear.log_shares(logits)]

    exponents = np.exp(np.array(logits) - max(logits))
    assert shares == pytest.approx((exponents / exponents.sum()).tolist(), abs=1e-12)


def test_tweets_are_padded_to_the_longest_of_them_and_cut_at_the_most_tokens(tmp_path: Path) -> None:
    recommender = answers.Recommender(folder_with(tmp_path))

    encoded = recommender.encode(["@you I am GOOD!", "", "happy birthday " * 9])

    assert encoded.input_ids == [[2, 4, 5, 6, 3, 0], [2, 3, 0, 0, 0, 0], [2, 8, 9, 10, 8, 3]]
    assert encoded.input_mask == [[1, 1, 1, 1, 1, 0], [1, 1, 0, 0, 0, 0], [1] * 6]
    assert encoded.segment_ids == [[0] * 6] * 3
    assert recommender.encode(["I am"]).input_ids == [[2, 4, 5, 3]]


def test_an_answer_has_the_five_best_emojis_with_their_shares(tmp_path: Path) -> None:
    recommender = answers.Recommender(folder_with(tmp_path))
    logits = [0.0, 3.0, 1.0, 0.0, 2.0, 0.0, -1.0, 0.0, 0.0, 0.0]

    (answer,) = recommender.answer([logits], ["I am good"])

    total = sum(map(math.exp, logits))
    assert [one["emoji"] for one in answer["emojis"]] == [EMOJIS[n] for n in (1, 4, 2, 0, 3)]
    assert [one["share"] for one in answer["emojis"]] == [
        round(math.exp(value) / total, 6) for value in (3.0, 2.0, 1.0, 0.0, 0.0)
    ]
    assert (answer["recommended"], answer["truncated"]) == (True, False)


@pytest.mark.parametrize(("tweet", "truncated"), [("good " * 4, False), ("good " * 5, True)])
def test_a_tweet_of_more_tokens_than_count_is_said_to_be_truncated(
    tmp_path: Path, tweet: str, truncated: bool
) -> None:
    (answer,) = answers.Recommender(folder_with(tmp_path)).answer([[0.0] * 10], [tweet])

    assert answer["truncated"] is truncated


@pytest.mark.parametrize("tweet", ["happy birthday " * 100_000, "a" * 1_000_000, "'" * 1_000_000])
def test_a_text_of_megabytes_is_answered_by_its_first_thousand_characters(tmp_path: Path, tweet: str) -> None:
    model, _, _ = fitted(TEXTS, classes=10)
    model.save(tmp_path / "linear")
    recommender = answers.Recommender(folder_with(tmp_path, linear_weight=0.5))

    whole, begin = recommender.answer([[0.0] * 10] * 2, [tweet, tweet[: answers.MOST_CHARACTERS]])

    assert whole == {**begin, "truncated": True}
    assert recommender.encode([tweet]) == recommender.encode([tweet[: answers.MOST_CHARACTERS]])


@pytest.mark.parametrize(("threshold", "recommended"), [(0.1, True), (0.100001, False)])
def test_an_emoji_is_recommended_from_the_threshold_on(
    tmp_path: Path, threshold: float, recommended: bool
) -> None:
    (answer,) = answers.Recommender(folder_with(tmp_path, threshold=threshold)).answer(
        [[math.log(0.1)] * 10], ["good"]
    )

    assert answer["emojis"][0]["share"] == 0.1
    assert answer["recommended"] is recommended


@pytest.mark.parametrize("weight", [0.25, 1.0])
def test_the_linear_model_has_its_weight_in_the_logarithms_of_the_shares(
    tmp_path: Path, weight: float
) -> None:
    model, _, _ = fitted(TEXTS, classes=10)
    model.save(tmp_path / "linear")
    recommender = answers.Recommender(folder_with(tmp_path, linear_weight=weight))
    logits = np.arange(10) / 3

    def log_softmax(values: Any) -> Any:
        return values - np.log(np.exp(values).sum())

    blended = (1 - weight) * log_softmax(logits) + weight * log_softmax(np.array(model.logits("i am good")))
    assert recommender.shares(logits.tolist(), "i am good") == pytest.approx(
        np.exp(log_softmax(blended)).tolist(), abs=1e-9
    )


def test_another_tokenizer_takes_the_place_of_the_slow_one(tmp_path: Path) -> None:
    class Library:
        def encode(self, text: str, max_tokens: int) -> list[int]:
            assert text == "i am good"
            return [2, *range(max_tokens - 2), 3]

    recommender = answers.Recommender(folder_with(tmp_path), Library())

    assert recommender.encode(["I am good"]).input_ids == [[2, 0, 1, 2, 3, 3]]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"max_tokens": 1}, "max_tokens to be an integer from 2 on, got 1"),
        ({"max_tokens": 32.5}, "max_tokens to be an integer from 2 on, got 32.5"),
        ({"threshold": 1.5}, "threshold from 0 to 1, got 1.5"),
        ({"linear_weight": -1}, "linear_weight from 0 to 1, got -1"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    tmp_path: Path, settings: dict[str, float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        answers.Recommender(folder_with(tmp_path, **settings))


@pytest.mark.parametrize("text", ["[]", "{}", '{"max_tokens": 32, "threshold": "x", "linear_weight": 0}'])
def test_a_file_that_is_not_one_of_settings_is_refused(tmp_path: Path, text: str) -> None:
    folder = folder_with(tmp_path)
    (folder / "settings.json").write_text(text)

    with pytest.raises(ValueError, match="expected the numbers max_tokens, threshold, linear_weight"):
        answers.Recommender(folder)


def test_settings_are_read_as_they_were_saved(tmp_path: Path) -> None:
    settings = answers.Settings(32, 0.25, 0.4)
    settings.save(tmp_path)

    assert answers.Settings.load(tmp_path) == settings


@pytest.mark.parametrize("logits", [[[0.0] * 10] * 2, [], [[0.0] * 9]])
def test_logits_that_do_not_fit_the_tweets_are_refused(tmp_path: Path, logits: list[list[float]]) -> None:
    with pytest.raises(ValueError, match=r"shorter|longer|expected 10 logits, got 9"):
        answers.Recommender(folder_with(tmp_path)).answer(logits, ["good"])
