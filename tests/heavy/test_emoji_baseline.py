"""The public tweets: prepared, with the tokens of the tokenizers library, and the linear model's figures."""

import csv
import gzip
import json
from collections import Counter
from pathlib import Path

import pytest
from model_scripts import REAL_FILE, load, run
from tokenizers.implementations import BertWordPieceTokenizer

FOLDER = REAL_FILE.parent / "emoji"
OUTPUTS = ("train", "validation", "test", "texts", "tweets", "labels")
TRAINED_ON, TESTED = 84_771, 9_419
CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789'"

records = load("shared/tweets/tweet_records")
clean = load("shared/tweets/tweet_text").clean
wordpiece = load("shared/tweets/wordpiece")
linear = load("shared/tweets/emoji_linear")

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the public files are not in ../shared/data/emoji"
)


@pytest.fixture(scope="module")
def texts() -> list[str]:
    found = []
    for path in sorted(FOLDER.glob("*.csv.gz")):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
            found += [clean(row["TWEET"]) for row in csv.DictReader(stream)]
    return found


@pytest.fixture(scope="module")
def vocabulary(texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The 3,000 most frequent words and endings of words, and every character."""
    words = Counter(word for text in texts for word in text.split())
    endings = Counter(word[start:] for word in words for start in range(1, len(word)))
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *CHARACTERS, *(f"##{one}" for one in CHARACTERS)]
    tokens += [word for word, _ in words.most_common(3000)]
    tokens += [f"##{ending}" for ending, _ in endings.most_common(3000)]
    path = tmp_path_factory.mktemp("weights") / "vocab.txt"
    path.write_text("".join(f"{token}\n" for token in dict.fromkeys(tokens)))
    return path


@pytest.fixture(scope="module")
def prepared(vocabulary: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("prepared")
    folders = [part for name in OUTPUTS for part in (f"--{name}", output / name)]
    done = run("emoji/prepare", "--input", FOLDER, "--weights", vocabulary.parent, *folders)
    assert (done.returncode, done.stderr) == (0, "")
    return output


def test_every_public_tweet_has_the_tokens_of_the_tokenizers_library(
    texts: list[str], vocabulary: Path
) -> None:
    library = BertWordPieceTokenizer(str(vocabulary))
    library.enable_truncation(32)

    own = wordpiece.WordPiece(vocabulary)
    assert [own.encode(text) for text in texts] == [one.ids for one in library.encode_batch(texts)]


def test_every_public_tweet_is_prepared_once(prepared: Path) -> None:
    counts = {
        part: sum(1 for path in (prepared / part).iterdir() for _ in records.read(path))
        for part in ("train", "validation", "test")
    }

    assert sum(counts.values()) == TRAINED_ON
    assert counts["validation"] / TRAINED_ON == pytest.approx(0.05, abs=0.003)
    assert counts["test"] / TRAINED_ON == pytest.approx(0.05, abs=0.003)
    for name in ("tweets", "labels"):
        lines = [line for path in (prepared / name).iterdir() for line in path.read_text().splitlines()]
        assert len(lines) == TESTED


def test_the_linear_model_finds_a_third_of_the_test_files_emojis(prepared: Path, tmp_path: Path) -> None:
    environ = {"SM_CHANNEL_TEXTS": prepared / "texts", "SM_MODEL_DIR": tmp_path}
    done = run("emoji/linear/fit.py", environ=environ)
    assert (done.returncode, done.stderr) == (0, "")

    model = linear.Linear.load(tmp_path / "linear")
    found = []
    for tweets, labels in zip(
        sorted((prepared / "tweets").iterdir()), sorted((prepared / "labels").iterdir()), strict=True
    ):
        rows = zip(tweets.read_text().splitlines(), labels.read_text().splitlines(), strict=True)
        for tweet, label in rows:
            logits = model.logits(json.loads(tweet)["tweet"])
            best = sorted(range(10), key=lambda number, logits=logits: -logits[number])
            found.append(best.index(json.loads(label)["label"]))
    assert sum(rank == 0 for rank in found) / TESTED >= 0.345
    assert sum(rank < 5 for rank in found) / TESTED >= 0.838
