"""Write a folder of made-up tweets from a seed, with the names and columns of the public files.

Each label has words of its own, which most of its tweets contain; the others have words of any label, because
the emoji cannot always be known from the text of a real tweet either. The test file also has words that are
not in the others: a pretrained network knows what they mean, and a model of the words alone does not.
"""

import csv
import gzip
import io
import random
from collections.abc import Iterable, Sequence

import sample_file

COLUMNS = ("TWEET", "LABEL")
# By label, the order of the emojis in model_code/shared/tweets/tweet_text.py.
CUES = (
    "proud thankful congrats wedding wonderful love family anniversary grateful support mother blessings",
    "goodnight bestie precious princess pink happiness sweetheart cuddles angel darling sisters hugs",
    "mixtape fire lit remix track dropping album beat rapper hot banger freestyle",
    "laughing funny hilarious joke haha lol comedy clown prank giggling ridiculous meme",
    "welcome thanks morning enjoy glad hello smile pleasant sunshine nice greetings thank",
    "gorgeous stunning beautiful handsome adorable obsessed pretty dress cute hair model dreamy",
    "sleepy hungry tired craving nap bed exhausted pizza starving pillow yawning snack",
    "crying tears sad broke miss hurts heartbroken goodbye funeral lost lonely pain",
    "annoying boring attitude hate stupid whatever drama rude fake dumb excuses irritating",
    "hmm wonder maybe confused question thinking curious why theory decide puzzle mystery",
)
# In the test file alone.
NEW_CUES = (
    "congratulations marriage appreciation beloved father honored",
    "babe sweetest kisses cozy lovely affection",
    "concert flames burning dj music playlist",
    "jokes laughed comedian humor laughter silly",
    "hi kindly cheerful breakfast pleasure good",
    "attractive elegant beauty charming outfit breathtaking",
    "sleep food fatigue burger insomnia chocolate",
    "sobbing sorrow grief weeping tragic farewell",
    "jealous ignorant pathetic arrogant gossip nonsense",
    "wondering suppose unsure philosophy doubt perhaps",
)
FILLERS = (
    "i you we my the a this that so just really very today tonight with for and but when it's i'm can't "
    "don't about all again people day friends school work song game phone coffee weekend 2 100"
)
_CLEAR = 0.8

Cues = Sequence[Sequence[str]]


def main() -> None:
    sample_file.run_folder(
        __doc__,
        sample,
        rows=(4000, "tweets to train on, in two files"),
        tests=(500, "tweets of the test file"),
        least_rows=2,
    )


def sample(rows: int, tests: int, seed: int) -> dict[str, bytes]:
    """The three files by name; labels are as frequent as each other."""
    draw = random.Random(seed)  # noqa: S311 - to repeat a run
    known = [cues.split() for cues in CUES]
    all_cues = [[*cues, *new.split()] for cues, new in zip(known, NEW_CUES, strict=True)]
    tweets = {
        "01": _tweets(draw, rows - rows // 2, known),
        "02": _tweets(draw, rows // 2, known),
        "test": _tweets(draw, tests, all_cues),
    }
    return {f"tweet_file_{name}.csv.gz": _file(one) for name, one in tweets.items()}


def _file(tweets: Iterable[tuple[str, int]]) -> bytes:
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(tweets)
    return gzip.compress(text.getvalue().encode(), mtime=0)


def _tweets(draw: random.Random, count: int, cues: Cues) -> list[tuple[str, int]]:
    labels = [number % len(cues) for number in range(count)]
    draw.shuffle(labels)
    return [(_tweet(draw, label, cues), label) for label in labels]


def _tweet(draw: random.Random, label: int, cues: Cues) -> str:
    own = cues[label] if draw.random() < _CLEAR else draw.choice(cues)
    words = [*draw.choices(FILLERS.split(), k=draw.randint(2, 9)), *draw.sample(own, draw.randint(1, 2))]
    draw.shuffle(words)
    return " ".join(words)


if __name__ == "__main__":
    main()
