"""Show what becomes of a tweet on its way to training: text, tokens, numbers, mask, segments and record."""

import argparse
import io
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import tweet_records
from tweet_files import emoji_in
from tweet_text import EMOJIS, clean
from wordpiece import MAX_TOKENS, WordPiece

_SHOWN = 64


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="one_tweet", description=__doc__)
    parser.add_argument("tweet", help="as it was written, with one of the ten emojis")
    parser.add_argument("--weights", type=Path, required=True, help="folder with the vocabulary, vocab.txt")
    arguments = parser.parse_args(argv)
    try:
        wordpiece = WordPiece(arguments.weights / "vocab.txt")
    except (OSError, ValueError) as error:
        sys.exit(f"error: {error}")
    # A command line or a terminal need not be UTF-8.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    for name, value in steps(arguments.tweet, wordpiece):
        print(f"{name:<12} {value}")


def steps(tweet: str, wordpiece: WordPiece) -> Iterator[tuple[str, str]]:
    """Each step's name and what it makes of the tweet; there is no record without one emoji in the text."""
    text, label = clean(tweet), emoji_in(tweet)
    tokens = wordpiece.encode(text, MAX_TOKENS)
    example = tweet_records.Example.padded(tokens, label or 0, MAX_TOKENS, wordpiece.padding)
    yield "tweet", tweet
    yield "text", text
    yield "tokens", " ".join(wordpiece.tokens[token] for token in tokens)
    for name in ("input_ids", "input_mask", "segment_ids"):
        yield name, " ".join(map(str, getattr(example, name)))
    if label is None:
        yield "label_ids", f"none: expected exactly one of {' '.join(EMOJIS)} in the tweet"
        return
    yield "label_ids", f"{label} ({EMOJIS[label]})"
    frame = io.BytesIO()
    tweet_records.append(frame, example)
    yield from _record(frame.getvalue())


def _record(frame: bytes) -> Iterator[tuple[str, str]]:
    length, length_crc, message, crc = frame[:8], frame[8:12], frame[12:-4], frame[-4:]
    yield "record", f"{len(frame)} bytes in a TFRecord file, in hexadecimal:"
    yield "  length", f"{length.hex()} ({len(message)})"
    yield "  its CRC", length_crc.hex()
    more = f"... ({len(message) - _SHOWN} more)" if len(message) > _SHOWN else ""
    yield "  Example", message[:_SHOWN].hex() + more
    yield "  its CRC", crc.hex()


if __name__ == "__main__":
    main()
