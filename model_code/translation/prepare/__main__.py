"""Make of a parallel corpus what the built-in sequence-to-sequence algorithm trains on.

Writes train.rec, val.rec, vocab.src.json and vocab.trg.json, the test part's sentences as a batch transform
sends them (test.jsonl), and the same with their translations (references.jsonl) to compare with.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from job_files import write
from translation_corpus import PARTS, CorpusError, Pair, read_part
from translation_records import records
from translation_vocabulary import encode, vocabulary


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="prepare", description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--input",
        type=Path,
        required=True,
        help="folder of <part>.<language> files, plain or .gz; the parts are train, validation and test",
    )
    parser.add_argument("--source", default="en", help="the language to translate from (default en)")
    parser.add_argument("--target", default="de", help="the language to translate into (default de)")
    parser.add_argument("--most-words", type=int, default=50_000, help="words of a vocabulary, at most")
    for name in ("train", "validation", "vocab", "test", "labels"):
        parser.add_argument(f"--{name}", type=Path, required=True, help="folder to write to")
    arguments = parser.parse_args(argv)
    if arguments.most_words < 1:
        parser.error("--most-words must be at least 1")
    try:
        parts = {part: read_part(arguments.input, part, arguments.source, arguments.target) for part in PARTS}
    except (OSError, CorpusError) as error:
        sys.exit(f"error: {error}")
    train = parts["train"]
    sources = vocabulary((pair.source for pair in train), arguments.most_words)
    targets = vocabulary((pair.target for pair in train), arguments.most_words)

    def encoded(pairs: Sequence[Pair]) -> bytes:
        return records((encode(pair.source, sources), encode(pair.target, targets)) for pair in pairs)

    write(arguments.train / "train.rec", encoded(train))
    write(arguments.validation / "val.rec", encoded(parts["validation"]))
    write(arguments.vocab / "vocab.src.json", _json(sources))
    write(arguments.vocab / "vocab.trg.json", _json(targets))
    texts = [(" ".join(pair.source), " ".join(pair.target)) for pair in parts["test"]]
    write(arguments.test / "test.jsonl", b"".join(_json({"source": source}) for source, _ in texts))
    references = (_json({"source": source, "target": target}) for source, target in texts)
    write(arguments.labels / "references.jsonl", b"".join(references))
    counts = ", ".join(f"{part} {len(pairs)}" for part, pairs in parts.items())
    print(f"pairs: {counts}; words: {len(sources)} to translate, {len(targets)} to translate into")


def _json(document: object) -> bytes:
    return (json.dumps(document, ensure_ascii=False) + "\n").encode()


if __name__ == "__main__":
    main()
