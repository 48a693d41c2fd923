"""The metrics by which a job can be tuned, by what it predicts."""

_BINARY = ("binary_classification_accuracy", "binary_f_beta", "precision", "recall", "roc_auc_score")
_MULTICLASS = (
    "dcg",
    "macro_f_beta",
    "macro_precision",
    "macro_recall",
    "multiclass_accuracy",
    "multiclass_top_k_accuracy",
)
_REGRESSION = ("absolute_loss", "mse")
_EVERY = ("objective_loss",)
_BY_TYPE = {"binary_classifier": _BINARY, "multiclass_classifier": _MULTICLASS, "regressor": _REGRESSION}
_PARTS = ("test", "validation")


def of(predictor_type: str) -> list[str]:
    return [f"{part}:{name}" for part in _PARTS for name in (*_BY_TYPE[predictor_type], *_EVERY)]


ALL = sorted({metric for kind in _BY_TYPE for metric in of(kind)})
