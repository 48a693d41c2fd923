"""Write a small parallel corpus, English and German, from a seed: what the pipeline is tried with.

A made grammar: someone does something with something, in the present, with `can` or `must`, or in the
perfect, and perhaps because of a second clause. German has three genders, an accusative, a verb at the end
of a subordinate clause and one in two parts.
"""

import random
from collections.abc import Iterator
from typing import NamedTuple

import sample_file

PARTS = ("train", "validation", "test")


class Noun(NamedTuple):
    """English; German, and its gender m, f or n."""

    english: str
    german: str
    gender: str


class Verb(NamedTuple):
    """English present and participle; German present, infinitive and participle."""

    english: str
    participle: str
    german: str
    infinitive: str
    german_participle: str


PEOPLE = (
    *(Noun("farmer", "Bauer", "m"), Noun("queen", "Königin", "f"), Noun("girl", "Mädchen", "n")),
    *(Noun("pilot", "Pilot", "m"), Noun("singer", "Sängerin", "f"), Noun("uncle", "Onkel", "m")),
)
THINGS = (
    *(Noun("apple", "Apfel", "m"), Noun("bridge", "Brücke", "f"), Noun("boat", "Boot", "n")),
    *(Noun("key", "Schlüssel", "m"), Noun("flower", "Blume", "f"), Noun("piano", "Klavier", "n")),
    *(Noun("ring", "Ring", "m"), Noun("map", "Karte", "f"), Noun("bread", "Brot", "n")),
)
VERBS = (
    *(
        Verb("loses", "lost", "verliert", "verlieren", "verloren"),
        Verb("counts", "counted", "zählt", "zählen", "gezählt"),
    ),
    *(
        Verb("draws", "drawn", "zeichnet", "zeichnen", "gezeichnet"),
        Verb("hides", "hidden", "versteckt", "verstecken", "versteckt"),
    ),
    *(
        Verb("repairs", "repaired", "repariert", "reparieren", "repariert"),
        Verb("praises", "praised", "lobt", "loben", "gelobt"),
    ),
)
ADJECTIVES = (
    ("round", "rund"),
    ("bright", "hell"),
    ("cheap", "billig"),
    ("quiet", "leis"),
    ("broad", "breit"),
)
_THE = {"m": "der", "f": "die", "n": "das"}
_THE_ACCUSATIVE = {"m": "den", "f": "die", "n": "das"}
MODALS = (("can", "kann"), ("must", "muss"))


class Clause(NamedTuple):
    """A clause: English; the German subject, its finite verb, and what stands between and behind them."""

    english: str
    subject: str
    finite: str
    middle: str
    end: str


def main() -> None:
    sample_file.run_folder(
        __doc__, sample, rows=(4000, "pairs to train on"), tests=(200, "pairs of each other part")
    )


def sample(rows: int, tests: int, seed: int) -> dict[str, str]:
    """The six files by name; no sentence stands in two parts, and none twice in one."""
    pairs = _distinct(random.Random(seed))  # noqa: S311 - to repeat a run
    files = {}
    for part, count in zip(PARTS, (rows, tests, tests), strict=True):
        drawn = [next(pairs) for _ in range(count)]
        files[f"{part}.en"] = "".join(f"{english}\n" for english, _ in drawn)
        files[f"{part}.de"] = "".join(f"{german}\n" for _, german in drawn)
    return files


def _distinct(draw: random.Random) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    while True:
        english, german = _sentence(draw)
        if english not in seen:
            seen.add(english)
            yield english, german


def _sentence(draw: random.Random) -> tuple[str, str]:
    main_clause = _clause(draw)
    english = main_clause.english
    german = _joined(main_clause.subject, main_clause.finite, main_clause.middle, main_clause.end)
    if draw.random() < 0.4:
        reason = _clause(draw)
        english = f"{english} because {reason.english}"
        german = f"{german} , weil {_joined(reason.subject, reason.middle, reason.end, reason.finite)}"
    return f"{english} .", f"{german} ."


def _clause(draw: random.Random) -> Clause:
    person, thing, verb = draw.choice(PEOPLE), draw.choice(THINGS), draw.choice(VERBS)
    english_object, german_object = _object(draw, thing)
    subject = f"{_THE[person.gender]} {person.german}"
    kind = draw.randrange(3)
    if kind == 0:
        english = f"the {person.english} {verb.english} {english_object}"
        return Clause(english, subject, verb.german, german_object, "")
    if kind == 1:
        modal, german_modal = draw.choice(MODALS)
        # Every English verb here makes its infinitive by losing the last letter.
        english = f"the {person.english} {modal} {verb.english[:-1]} {english_object}"
        return Clause(english, subject, german_modal, german_object, verb.infinitive)
    english = f"the {person.english} has {verb.participle} {english_object}"
    return Clause(english, subject, "hat", german_object, verb.german_participle)


def _object(draw: random.Random, thing: Noun) -> tuple[str, str]:
    article = _THE_ACCUSATIVE[thing.gender]
    if draw.random() < 0.5:
        return f"the {thing.english}", f"{article} {thing.german}"
    english, german = draw.choice(ADJECTIVES)
    ending = "en" if thing.gender == "m" else "e"
    return f"the {english} {thing.english}", f"{article} {german}{ending} {thing.german}"


def _joined(*words: str) -> str:
    return " ".join(word for word in words if word)


if __name__ == "__main__":
    main()
