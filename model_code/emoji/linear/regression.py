"""The logistic regression itself: fitted, made portable, and measured on the validation part."""

from pathlib import Path

import numpy as np
from emoji_linear import ANALYZERS, Linear, Vocabulary
from labeled_texts import Texts
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion

LENGTHS = {"words": (1, 2), "characters": (2, 4)}
# So many tweets have to contain an n-gram: more of them make the archive larger and the model no better.
LEAST_TWEETS = {"words": 3, "characters": 5}
_BEST = 5


def fit(
    train: Texts, validation: Texts, inverse_regularization: float, iterations: int, folder: Path
) -> None:
    """Fit on the training part, save the model in the folder, and print how large and how good it is."""
    features = FeatureUnion([(name, _vectorizer(name)) for name in ANALYZERS])
    table = features.fit_transform(train.texts)
    regression = LogisticRegression(C=inverse_regularization, max_iter=iterations, tol=1e-3)
    regression.fit(table, train.labels)
    _portable(features, regression).save(folder)
    print(f"{table.shape[0]} tweets to train on, {table.shape[1]} n-grams")
    _report(features, regression, validation)


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
