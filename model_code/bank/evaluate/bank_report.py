"""The report: the model beside the workshop's, by what the clients did."""

from collections.abc import Mapping
from typing import Any

import report_page

CLASSES = ("no", "yes")
METRICS = ("auc", "accuracy", "precision", "recall", "f1")
_NOTE = """\
<p>A client counts as a yes above a score of 0.5. Few say yes, so accuracy is close to that of a constant no;
the area under the ROC curve (auc) tells how well the scores rank the clients.</p>
"""


def page(evaluation: Mapping[str, Any]) -> str:
    """The report of an evaluation as HTML."""
    models = {"The model": evaluation}
    if "baseline" in evaluation:
        models["The workshop's features and settings"] = evaluation["baseline"]
    split = "" if evaluation.get("split") is None else f", split {evaluation['split']}"
    figures = report_page.table(
        ("", *METRICS), [(title, *(f"{one[name]:.3f}" for name in METRICS)) for title, one in models.items()]
    )
    matrices = report_page.grid(
        report_page.figure(_confusion(one["confusion"]), "Clients by observed and predicted answer.", title)
        for title, one in models.items()
    )
    heading = f"Bank: {evaluation['rows']} clients of the test part{split}"
    return report_page.page("Bank: evaluation", heading, f"{figures}\n{_NOTE}{matrices}")


def _confusion(confusion: Mapping[str, int]) -> str:
    counts = [[confusion["tn"], confusion["fp"]], [confusion["fn"], confusion["tp"]]]
    return report_page.confusion_matrix(CLASSES, counts)
