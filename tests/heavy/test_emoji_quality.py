"""What a short training with the published weights reaches on real tweets, by either framework.

What a laptop can train on in minutes is the demo's; these trainings take one or two minutes of CPU time.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from itertools import islice
from pathlib import Path

import pytest
from emoji_jobs import TENSORFLOW, TORCH, Lab
from model_scripts import REAL_FILE, ROOT, load

TWEETS = REAL_FILE.parent / "emoji" / "tweet_file_01.csv.gz"
WEIGHTS = ROOT / "build" / "data" / "weights" / "minilm"
FRAMEWORKS = {"tensorflow": TENSORFLOW, "torch": TORCH}
LONGER, SHORTER = 15_360, 7_680
VALIDATED_ON = 2_000
# So few tweets take smaller batches than the demo's.
HYPERPARAMETERS = {"trained_layers": "4", "learning_rate": "0.0003", "batch_size": "32"}

pytestmark = pytest.mark.skipif(not TWEETS.exists(), reason=f"{TWEETS.name} is not in ../shared/data/emoji")
Quality = Callable[[str, int], float]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Records of the first tweets of the training part, by how many, and texts of the validation part."""
    folder = tmp_path_factory.mktemp("prepared")
    if not WEIGHTS.exists():
        run("scripts/fetch_weights.py", str(WEIGHTS))
    (folder / "input").mkdir()
    (folder / "input" / TWEETS.name).symlink_to(TWEETS)
    outputs = ("train", "validation", "test", "texts", "tweets", "labels")
    named = [argument for name in outputs for argument in (f"--{name}", str(folder / name))]
    given = ("--input", str(folder / "input"), "--weights", str(WEIGHTS))
    run("scripts/model_code.py", "emoji/prepare", *given, *named)
    records = load("shared/tweets/tweet_records")
    (whole,) = (folder / "train").glob("*.tfrecord")
    for count in (LONGER, SHORTER):
        records.write(folder / str(count) / "part.tfrecord", islice(records.read(whole), count))
    (texts,) = (folder / "texts").glob("*.jsonl")
    lines = [line for line in texts.read_text().splitlines() if json.loads(line)["part"] == "validation"]
    assert len(lines) >= VALIDATED_ON
    (folder / "validated").mkdir()
    (folder / "validated" / "part.jsonl").write_text("".join(f"{line}\n" for line in lines[:VALIDATED_ON]))
    return folder


@pytest.fixture(scope="module")
def top1(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Quality:
    """How often the best emoji is right after a framework's training on so many tweets."""

    @cache
    def trained(framework: str, tweets: int) -> float:
        lab = Lab(tmp_path_factory.mktemp(framework), FRAMEWORKS[framework])
        lab.put("real/weights", WEIGHTS)
        lab.put("real/train", prepared / str(tweets))
        lab.put("real/texts", prepared / "validated")
        channels = {"weights": "real/weights", "train": "real/train", "texts": "real/texts", "validation": ""}
        return lab.train("real", channels=channels, **HYPERPARAMETERS).metrics("validation_top1")[-1]

    return trained


def test_two_minutes_of_training_find_the_emoji_of_more_than_three_tweets_in_ten(top1: Quality) -> None:
    assert top1("torch", LONGER) >= 0.31


def test_the_frameworks_reach_the_same(top1: Quality) -> None:
    assert abs(top1("torch", SHORTER) - top1("tensorflow", SHORTER)) <= 0.02


def run(script: str, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / script), *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
