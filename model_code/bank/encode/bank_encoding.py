"""From a client's raw fields to the model's features; training and the API's function run this very file.

Nothing is fitted: the categories are those of the public file, so that every part of the data, and every
request, has the same columns in the same order.
"""

from collections.abc import Mapping

NUMBERS = ("age", "campaign", "pdays", "previous")
INDICATORS = ("emp.var.rate", "cons.price.idx", "cons.conf.idx", "euribor3m", "nr.employed")
# fmt: off
CATEGORIES: Mapping[str, tuple[str, ...]] = {
    "job": (
        "admin.", "blue-collar", "entrepreneur", "housemaid", "management", "retired", "self-employed",
        "services", "student", "technician", "unemployed", "unknown",
    ),
    "marital": ("divorced", "married", "single", "unknown"),
    "education": (
        "basic.4y", "basic.6y", "basic.9y", "high.school", "illiterate", "professional.course",
        "university.degree", "unknown",
    ),
    "default": ("no", "unknown", "yes"),
    "housing": ("no", "unknown", "yes"),
    "loan": ("no", "unknown", "yes"),
    "contact": ("cellular", "telephone"),
    "month": ("apr", "aug", "dec", "jul", "jun", "mar", "may", "nov", "oct", "sep"),
    "day_of_week": ("fri", "mon", "thu", "tue", "wed"),
    "poutcome": ("failure", "nonexistent", "success"),
}
# fmt: on

# What is known of a client before the call: the public file's columns in its order, without how long the
# call took and how it ended.
FIELDS = (
    *("age", "job", "marital", "education", "default", "housing", "loan", "contact", "month", "day_of_week"),
    *("campaign", "pdays", "previous", "poutcome", *INDICATORS),
)

_NEVER_CONTACTED = "999"
_WITHOUT_WORK = ("student", "retired", "unemployed")

# The columns of the prepared file, in its order, and after them what that file throws away.
PREPARED = (
    *NUMBERS,
    *("no_previous_contact", "not_working"),
    *(f"{field}_{category}" for field, categories in CATEGORIES.items() for category in categories),
)
FEATURES = (*PREPARED, *INDICATORS)


def encode(fields: Mapping[str, str]) -> list[str]:
    """The cells of FEATURES, from a text for each of FIELDS; other members are ignored.

    Numbers are passed on as they are written. Raises ValueError naming a field whose text is no category.
    """
    cells = [fields[name] for name in NUMBERS]
    cells += [_flag(fields["pdays"] == _NEVER_CONTACTED), _flag(fields["job"] in _WITHOUT_WORK)]
    for name, categories in CATEGORIES.items():
        if fields[name] not in categories:
            raise ValueError(f'column "{name}": {fields[name][:40]!r} is none of {", ".join(categories)}')
        cells += [_flag(fields[name] == category) for category in categories]
    return cells + [fields[name] for name in INDICATORS]


def _flag(is_set: bool) -> str:
    return "1" if is_set else "0"
