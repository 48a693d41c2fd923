"""Write a folder of made-up tweets from a seed, with the names and columns of the public files.

Each label has words of its own, which most of its tweets contain; the others have words of any label, because
the emoji cannot always be known from the text of a real tweet either.
"""

import csv
import gzip
import io
import random
from collections.abc import Iterable, Iterator

import sample_file
from job_files import write

COLUMNS = ("TWEET", "LABEL")
# By label, the order of the emojis in model_code/shared/tweets/tweet_text.py.
CUES = (
    ("proud", "thankful", "congrats", "wedding", "wonderful", "love"),
    ("goodnight", "bestie", "precious", "princess", "pink", "happiness"),
    ("mixtape", "fire", "lit", "remix", "track", "dropping"),
    ("laughing", "funny", "hilarious", "joke", "haha", "lol"),
    ("welcome", "thanks", "morning", "enjoy", "glad", "hello"),
    ("gorgeous", "stunning", "beautiful", "handsome", "adorable", "obsessed"),
    ("sleepy", "hungry", "tired", "craving", "nap", "bed"),
    ("crying", "tears", "sad", "broke", "miss", "hurts"),
    ("annoying", "boring", "attitude", "hate", "stupid", "whatever"),
    ("hmm", "wonder", "maybe", "confused", "question", "thinking"),
)
FILLERS = (
    *("i", "you", "we", "my", "the", "a", "this", "that", "so", "just", "really", "very", "today", "tonight"),
    *(
        "with",
        "for",
        "and",
        "but",
        "when",
        "it's",
        "i'm",
        "can't",
        "don't",
        "about",
        "all",
        "again",
        "people",
    ),
    *("day", "friends", "school", "work", "song", "game", "phone", "coffee", "weekend", "2", "100"),
)
_CLEAR = 0.8


def main() -> None:
    parser = sample_file.parser(__doc__, "folder")
    parser.add_argument(
        "--rows", type=int, default=4000, help="tweets to train on, in two files (default 4000)"
    )
    parser.add_argument("--tests", type=int, default=500, help="tweets of the test file (default 500)")
    arguments = parser.parse_args()
    if arguments.rows < 2 or arguments.tests < 1:
        parser.error("--rows must be at least 2, and --tests at least 1")
    for name, content in sample(arguments.rows, arguments.tests, arguments.seed).items():
        write(arguments.output / name, content)


def sample(rows: int, tests: int, seed: int) -> dict[str, bytes]:
    """The three files by name; labels are as frequent as each other."""
    draw = random.Random(seed)  # noqa: S311 - to repeat a run
    counts = {"01": rows - rows // 2, "02": rows // 2, "test": tests}
    return {f"tweet_file_{name}.csv.gz": _file(_tweets(draw, count)) for name, count in counts.items()}


def _file(tweets: Iterable[tuple[str, int]]) -> bytes:
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(tweets)
    return gzip.compress(text.getvalue().encode(), mtime=0)


def _tweets(draw: random.Random, count: int) -> Iterator[tuple[str, int]]:
    labels = [number % len(CUES) for number in range(count)]
    draw.shuffle(labels)
    return ((_tweet(draw, label), label) for label in labels)


def _tweet(draw: random.Random, label: int) -> str:
    cues = CUES[label] if draw.random() < _CLEAR else draw.choice(CUES)
    words = [*draw.choices(FILLERS, k=draw.randint(2, 9)), *draw.sample(cues, draw.randint(1, 2))]
    draw.shuffle(words)
    return " ".join(words)


if __name__ == "__main__":
    main()
