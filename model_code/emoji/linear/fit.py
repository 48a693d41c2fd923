"""Fit the baseline, a logistic regression on TF-IDF of words and characters, on SM_CHANNEL_TEXTS.

Writes SM_MODEL_DIR/linear. The network is compared with it, and may be blended with it.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import labeled_texts
import numpy as np
import prepared_counts
from emoji_linear import ANALYZERS, Linear, Vocabulary
from labeled_texts import TRAIN, VALIDATION, Texts
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion

LENGTHS = {"words": (1, 2), "characters": (2, 4)}
# So many tweets have to contain an n-gram: more of them make the archive larger and the model no better.
LEAST_TWEETS = {"words": 3, "characters": 5}
_BEST = 5


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--inverse_regularization", type=float, default=0.5, help="scikit-learn's C (default 0.5)"
    )
    parser.add_argument("--max_iter", type=int, default=300, help="iterations at most (default 300)")
    arguments = parser.parse_args(argv)
    if arguments.inverse_regularization <= 0 or arguments.max_iter < 1:
        parser.error("--inverse_regularization must be above 0, and --max_iter at least 1")
    channel, model = Path(os.environ["SM_CHANNEL_TEXTS"]), Path(os.environ["SM_MODEL_DIR"])
    try:
        prepared_counts.check(channel)
        parts = labeled_texts.read(channel)
        labeled_texts.check_labels(parts[TRAIN].labels)
    except (OSError, ValueError) as error:
        sys.exit(f"error: {error}")
    features = FeatureUnion([(name, _vectorizer(name)) for name in ANALYZERS])
    train = features.fit_transform(parts[TRAIN].texts)
    regression = LogisticRegression(C=arguments.inverse_regularization, max_iter=arguments.max_iter, tol=1e-3)
    regression.fit(train, parts[TRAIN].labels)
    _portable(features, regression).save(model / "linear")
    print(f"{train.shape[0]} tweets to train on, {train.shape[1]} n-grams")
    _report(features, regression, parts[VALIDATION])


def _vectorizer(name: str) -> TfidfVectorizer:
    def ngrams(text: str) -> list[str]:
        return list(ANALYZERS[name](text, LENGTHS[name]))

    return TfidfVectorizer(analyzer=ngrams, min_df=LEAST_TWEETS[name], sublinear_tf=True, dtype=np.float32)


def _portable(features: FeatureUnion, regression: LogisticRegression) -> Linear:
    """What scores the same without scikit-learn."""
    vocabularies: list[Vocabulary] = []
    idf: list[float] = []
    for name, vectorizer in features.transformer_list:
        ngrams = vectorizer.get_feature_names_out().tolist()
        vocabularies.append(Vocabulary(name, LENGTHS[name], ngrams, first=len(idf)))
        idf += vectorizer.idf_.tolist()
    coefficients = regression.coef_.T.ravel().tolist()
    return Linear(vocabularies, idf, coefficients, regression.intercept_.tolist())


def _report(features: FeatureUnion, regression: LogisticRegression, validation: Texts) -> None:
    """Print the metrics of the validation part, if there is one."""
    if not validation.texts:
        return
    scores = regression.decision_function(features.transform(validation.texts))
    best = np.argsort(-scores, axis=1, kind="stable")[:, :_BEST]
    found = best == np.array(validation.labels)[:, None]
    print(f"validation_top1={found[:, 0].mean():.4f}")
    print(f"validation_top5={found.any(axis=1).mean():.4f}")


if __name__ == "__main__":
    main()
