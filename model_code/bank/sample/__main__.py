"""Write a file with bank-additional-full.csv's columns and format from a seed.

As in the public file, few clients say yes: mostly those who did before, and more of them in months of low
interest rates.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sample_file import run

HEADER = (
    *("age", "job", "marital", "education", "default", "housing", "loan", "contact", "month", "day_of_week"),
    *("duration", "campaign", "pdays", "previous", "poutcome"),
    *("emp.var.rate", "cons.price.idx", "cons.conf.idx", "euribor3m", "nr.employed", "y"),
)
# fmt: off
TEXTS = {
    "job": [
        "admin.", "blue-collar", "entrepreneur", "housemaid", "management", "retired", "self-employed",
        "services", "student", "technician", "unemployed", "unknown",
    ],
    "marital": ["divorced", "married", "single", "unknown"],
    "education": [
        "basic.4y", "basic.6y", "basic.9y", "high.school", "illiterate", "professional.course",
        "university.degree", "unknown",
    ],
    "default": ["no", "unknown", "yes"],
    "housing": ["no", "unknown", "yes"],
    "loan": ["no", "unknown", "yes"],
    "contact": ["cellular", "telephone"],
    "day_of_week": ["fri", "mon", "thu", "tue", "wed"],
}
# fmt: on
# A month of calls: the five indicators, and how readily its clients say yes.
MONTHS = {
    "may": ("1.1", "93.994", "-36.4", "4.857", "5191", 0.03),
    "jul": ("1.4", "93.918", "-42.7", "4.962", "5228.1", 0.04),
    "aug": ("1.4", "93.444", "-36.1", "4.965", "5228.1", 0.05),
    "nov": ("-0.1", "93.2", "-42", "4.12", "5195.8", 0.06),
    "jun": ("-2.9", "92.963", "-40.8", "1.26", "5076.2", 0.3),
    "apr": ("-1.8", "93.075", "-47.1", "1.405", "5099.1", 0.2),
    "oct": ("-3.4", "92.431", "-26.9", "0.74", "5017.5", 0.45),
    "sep": ("-1.1", "94.199", "-37.5", "0.879", "4963.6", 0.4),
    "mar": ("-1.8", "92.843", "-50", "1.6", "5099.1", 0.45),
    "dec": ("-3", "92.713", "-33", "0.715", "5023.5", 0.4),
}
SHARES = [0.34, 0.18, 0.15, 0.1, 0.08, 0.06, 0.03, 0.03, 0.02, 0.01]
AGAIN = 0.65


def sample(rows: int, seed: int) -> bytes:
    """The file's bytes: header and `rows` lines, `;` between the cells, texts quoted, CRLF."""
    columns = clients(rows, np.random.RandomState(seed))
    lines = [";".join(f'"{name}"' for name in HEADER), *map(";".join, zip(*columns, strict=True))]
    return "".join(line + "\r\n" for line in lines).encode()


def clients(rows: int, random: np.random.RandomState) -> list[list[str]]:
    """The 21 columns as they stand in the file. RandomState, because numpy promises its stream for good."""
    texts = {name: _quoted(random.choice(values, rows)) for name, values in TEXTS.items()}
    months = random.choice([*MONTHS], rows, p=SHARES)
    known = random.random_sample(rows) < 0.04
    success = known & (random.random_sample(rows) < 0.7)
    outcome = np.where(success, "success", np.where(known, "failure", "nonexistent"))
    chances = np.where(success, AGAIN, [MONTHS[month][-1] for month in months])
    says_yes = random.random_sample(rows) < chances
    return [
        _whole(np.clip(np.round(random.normal(40, 10, rows)), 17, 98)),
        *(texts[name] for name in ("job", "marital", "education", "default", "housing", "loan", "contact")),
        _quoted(months),
        texts["day_of_week"],
        _whole(np.round(random.exponential(200, rows) * (1 + says_yes))),
        _whole(1 + random.poisson(1.5, rows)),
        _whole(np.where(known, random.randint(1, 15, rows), 999)),
        _whole(np.where(known, random.randint(1, 4, rows), 0)),
        _quoted(outcome),
        *([str(MONTHS[month][indicator]) for month in months] for indicator in range(5)),
        _quoted(np.where(says_yes, "yes", "no")),
    ]


def _quoted(texts: NDArray[Any]) -> list[str]:
    return [f'"{text}"' for text in texts]


def _whole(numbers: NDArray[Any]) -> list[str]:
    return [f"{number:.0f}" for number in numbers]


if __name__ == "__main__":
    run(__doc__, sample, rows=8000)
