"""Customers with churn.txt's columns and format, from a seed.

A customer leaves, mostly, for one of the reasons of the public file: a high bill without a voice-mail plan,
an international plan that is used much or for few calls, or many calls to the service on a low bill.
"""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

HEADER = (
    "State,Account Length,Area Code,Phone,Int'l Plan,VMail Plan,VMail Message,"
    "Day Mins,Day Calls,Day Charge,Eve Mins,Eve Calls,Eve Charge,"
    "Night Mins,Night Calls,Night Charge,Intl Mins,Intl Calls,Intl Charge,CustServ Calls,Churn?"
)
STATES = (
    *("AK", "AL", "AR", "AZ", "CA", "CO", "CT", "DC", "DE", "FL", "GA", "HI", "IA", "ID", "IL", "IN", "KS"),
    *("KY", "LA", "MA", "MD", "ME", "MI", "MN", "MO", "MS", "MT", "NC", "ND", "NE", "NH", "NJ", "NM", "NV"),
    *("NY", "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VA", "VT", "WA", "WI", "WV", "WY"),
)
# Mean and deviation of the minutes, and the price of a minute, as in the public file.
MINUTES = {
    "Day": (180, 54, 0.17),
    "Eve": (201, 51, 0.085),
    "Night": (201, 51, 0.045),
    "Intl": (10.2, 2.8, 0.27),
}
LEAVES_WITH_A_REASON = 0.93
LEAVES_WITHOUT = 0.015


def sample(rows: int, seed: int) -> bytes:
    """The file's bytes: header and `rows` lines, each ended by CRLF as in the public file."""
    columns = customers(rows, np.random.RandomState(seed))
    lines = [HEADER, *map(",".join, zip(*columns, strict=True))]
    return "".join(line + "\r\n" for line in lines).encode()


def customers(rows: int, random: np.random.RandomState) -> list[list[str]]:
    """The 21 columns as text. RandomState, because numpy promises its stream for all versions to come."""
    minutes = {name: _minutes(random, rows, mean, spread) for name, (mean, spread, _) in MINUTES.items()}
    charges = {name: np.round(minutes[name] * price, 2) for name, (_, _, price) in MINUTES.items()}
    calls = {name: np.maximum(0, np.round(random.normal(100, 20, rows))) for name in ("Day", "Eve", "Night")}
    calls["Intl"] = random.poisson(4.5, rows)
    service = random.poisson(1.56, rows).astype(float)
    international = random.random_sample(rows) < 0.1
    voice_mail = random.random_sample(rows) < 0.28
    messages = np.where(voice_mail, np.clip(np.round(random.normal(29, 7.5, rows)), 4, 51), 0)

    bill = np.sum(list(charges.values()), axis=0)
    reasons = (
        ((bill > 72) & ~voice_mail)
        | (international & ((calls["Intl"] <= 2) | (minutes["Intl"] > 13.1)))
        | ((service >= 4) & (bill < 59))
    )
    leaves = random.random_sample(rows) < np.where(reasons, LEAVES_WITH_A_REASON, LEAVES_WITHOUT)

    columns: list[list[str]] = [
        random.choice(STATES, rows).tolist(),
        _whole(np.clip(np.round(random.normal(101, 40, rows)), 1, 243)),
        random.choice(["408", "415", "510"], rows, p=[0.25, 0.5, 0.25]).tolist(),
        [f"{number // 10000}-{number % 10000:04d}" for number in random.randint(327_0000, 423_0000, rows)],
        np.where(international, "yes", "no").tolist(),
        np.where(voice_mail, "yes", "no").tolist(),
        _whole(messages),
    ]
    for name in MINUTES:
        columns += [_decimal(minutes[name]), _whole(calls[name]), _decimal(charges[name])]
    columns += [_whole(service), np.where(leaves, "True.", "False.").tolist()]
    return columns


def _minutes(random: np.random.RandomState, rows: int, mean: float, spread: float) -> Numbers:
    return np.round(np.maximum(0, random.normal(mean, spread, rows)), 1)


def _whole(numbers: Numbers) -> list[str]:
    return [f"{number:.0f}" for number in numbers]


def _decimal(numbers: Numbers) -> list[str]:
    return [f"{number:.6f}" for number in numbers]
