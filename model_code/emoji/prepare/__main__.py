"""Make of files of tweets what the emoji models train on, on any number of instances.

Each file becomes TFRecords for training, validation and test (90, 5 and 5 %), and the cleaned texts of the
first two for the linear model. The tweets to score become JSON lines for batch transform, with their labels
beside them: those of the files with "test" in their names, which are not trained on.
"""

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from prepared_files import PreparedFiles, prepared_files
from tweet_files import FileError, read, tweet_files
from tweet_records import Example
from tweet_split import PARTS, TEST, part_of
from wordpiece import MAX_TOKENS, WordPiece

OUTPUTS = (*PARTS, "texts", "tweets", "labels")
COUNTED = (*PARTS, "scored", "left out")


@dataclass(frozen=True)
class Preparation:
    """How a file is prepared. With `scores_part`, every file is split, and its test part is scored."""

    wordpiece: WordPiece
    seed: int
    scores_part: bool

    def prepare(self, name: str, path: Path, files: PreparedFiles) -> Counter[str]:
        """Write the tweets of a file, one after the other; what is counted are those of each part, `scored`
        ones, and those that are left out because they have none of the emojis, or several."""
        counts: Counter[str] = Counter()
        set_aside = not self.scores_part and "test" in name.lower()
        for row, (text, label) in enumerate(read(path)):
            if label is None:
                counts["left out"] += 1
                continue
            part = None if set_aside else part_of(self.seed, name, row)
            if part:
                tokens = self.wordpiece.encode(text, MAX_TOKENS)
                files.add_record(part, Example.padded(tokens, label, MAX_TOKENS, self.wordpiece.padding))
                counts[part] += 1
            if part and part != TEST:
                files.add_line("texts", {"tweet": text, "label": label, "part": part})
            if set_aside or (self.scores_part and part == TEST):
                files.add_line("tweets", {"tweet": text})
                files.add_line("labels", {"label": label})
                counts["scored"] += 1
        # Beside the texts for the step that sees those of all files, also where a file has no text.
        files.add_counts("texts", {name: counts[name] for name in COUNTED})
        return counts


def main(argv: Sequence[str] | None = None) -> None:
    arguments = _parser().parse_args(argv)
    host, hosts = _hosts()
    folders = {name: getattr(arguments, name) for name in OUTPUTS}
    counts: Counter[str] = Counter()
    try:
        found = tweet_files(arguments.input)
        if not found and len(hosts) == 1:
            raise FileError(f"{arguments.input}: there is no file; expected .csv or .csv.gz")
        wordpiece = WordPiece(arguments.weights / "vocab.txt")
        preparation = Preparation(wordpiece, arguments.seed, arguments.scored == "part")
        for name, path in found.items():
            with prepared_files(folders, f"part-{host}-{name}") as files:
                counts += preparation.prepare(name, path, files)
    except (OSError, ValueError) as error:
        sys.exit(f"error: {error}")
    tweets = ", ".join(f"{name} {counts[name]}" for name in COUNTED)
    print(f"{host}: {len(found)} files; tweets: {tweets}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="prepare", description=__doc__.split("\n\n")[0])
    parser.add_argument("--input", type=Path, required=True, help="folder of .csv and .csv.gz files")
    parser.add_argument("--weights", type=Path, required=True, help="folder with the vocabulary, vocab.txt")
    for name in OUTPUTS:
        parser.add_argument(f"--{name}", type=Path, required=True, help="folder to write to")
    parser.add_argument("--seed", type=int, default=1729, help="decides each tweet's part (default 1729)")
    parser.add_argument(
        "--scored",
        choices=("file", "part"),
        default="file",
        help='score the files with "test" in their names (default), or the test parts of all files',
    )
    return parser


def _hosts() -> tuple[str, list[str]]:
    """This instance and all of them; outside a job, algo-1 alone."""
    path = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")) / "config" / "resourceconfig.json"
    if not path.exists():
        return "algo-1", ["algo-1"]
    document = json.loads(path.read_text(encoding="utf-8"))
    return str(document["current_host"]), list(document["hosts"])


if __name__ == "__main__":
    main()
