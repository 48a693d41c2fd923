"""What a training of the emoji network leaves: the archive, and its script for TensorFlow Serving."""

import gzip
import http.server
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from model_scripts import MODEL_CODE, as_archived, load
from tiny_bert import VOCABULARY, archive, published

weights = load("shared/emoji_training/emoji_weights")
archives = load("shared/emoji_training/emoji_archive")
linear = load("shared/tweets/emoji_linear")


COMPLETE = """
import sys
from pathlib import Path
from emoji_archive import Chosen
from emoji_weights import Weights
model, channel, linear, texts = map(Path, sys.argv[1:])
chosen = Chosen.of(Weights(channel, False), linear, texts, 3)
print("checked", flush=True)
def logits(encoded):
    # A letter's emoji is its own: token 4 is `a`.
    return [[2.0 * (4 + label in ids) for label in range(10)] for ids in encoded.input_ids]
chosen.write(model, logits)
"""
SERVE = """
import io, json, sys
from collections import namedtuple
sys.path.insert(0, sys.argv[1])
import inference
Context = namedtuple("Context", "model_name model_version method rest_uri request_content_type")
named = json.loads(sys.argv[4])
for content_type, body in json.loads(sys.argv[3]):
    try:
        answer = inference.handler(io.BytesIO(body.encode()), Context(*named, sys.argv[2], content_type))
    except Exception as error:
        answer = [getattr(error, "status", 500), str(error)]
    print(json.dumps(answer))
"""


class Inputs(NamedTuple):
    """A folder with the code and what an archive is made of: weights, linear, texts."""

    folder: Path

    def complete(self) -> subprocess.CompletedProcess[str]:
        """Make the archive, in the folder model."""
        names = ("model", "weights", "linear", "texts")
        return subprocess.run(
            [sys.executable, "-c", COMPLETE, *(self.folder / name for name in names)],
            env={"PYTHONPATH": str(self.folder / "source"), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    """Those of a linear model that knows `zoo`, the class 9."""
    folder = tmp_path_factory.mktemp("emoji")
    as_archived(MODEL_CODE / "emoji" / "train_tensorflow", folder / "source")
    channel = published(folder / "weights")
    (channel / "vocab.txt").write_text("".join(f"{token}\n" for token in VOCABULARY))
    vocabularies = [
        linear.Vocabulary("words", (1, 1), ["zoo"], 0),
        linear.Vocabulary("characters", (2, 2), [" q"], 1),
    ]
    linear.Linear(vocabularies, [1.0, 1.0], [0.0] * 9 + [6.0] + [0.0] * 10, [0.0] * 10).save(
        folder / "linear"
    )
    texts = folder / "texts"
    texts.mkdir()
    rows = [
        ("a b", 0, "train"),
        *((letter, number, "validation") for number, letter in enumerate("abcdefghij")),
    ]
    rows += [*[("zoo", 9, "validation")] * 10, ("", 3, "validation")]
    lines = [json.dumps({"tweet": text, "label": label, "part": part}) for text, label, part in rows]
    (texts / "part-algo-1-x.jsonl").write_text("".join(f"{line}\n" for line in lines))
    return Inputs(folder)


@pytest.fixture(scope="module")
def model(inputs: Inputs) -> Path:
    """An archive whose network sees the letters."""
    done = inputs.complete()
    assert done.returncode == 0, done.stderr
    (inputs.folder / "model" / "report.txt").write_text(done.stdout)
    return inputs.folder / "model"


def line(**changed: object) -> bytes:
    """A line of the texts."""
    return json.dumps({"tweet": "a", "label": 0, "part": "validation", **changed}).encode() + b"\n"


@pytest.mark.parametrize(
    ("file", "content", "reason"),
    [
        ("weights/vocab.txt", b"", r"vocab\.txt: the vocabulary has no \[PAD\]"),
        ("weights/vocab.txt", b"[PAD]\n[CLS]\n[SEP]\n", r"vocab\.txt: the vocabulary has no \[UNK\]"),
        ("weights/vocab.txt", b"\xff", r"vocab\.txt: "),
        (
            "weights/vocab.txt",
            "\n".join([*VOCABULARY, *"klmnopq"]).encode(),
            r"vocab\.txt: expected vocab_size, 20, tokens at most, got 21",
        ),
        ("texts/part.jsonl", b"", 'the channel texts has no tweet of the part "validation"'),
        ("texts/part.jsonl", line(part="train"), 'the channel texts has no tweet of the part "validation"'),
        ("texts/part.jsonl", line() + b"secret", r"part\.jsonl, line 2: expected"),
        ("texts/part.jsonl", line() + b"\xff", r"part\.jsonl, line 2: expected"),
        ("texts/part.jsonl", line(label=10), r"part\.jsonl, line 1: expected"),
        ("texts/part.jsonl", line(label="0"), r"part\.jsonl, line 1: expected"),
        ("texts/part.jsonl", line(tweet=None), r"part\.jsonl, line 1: expected"),
        ("texts/part.jsonl", line(part=[]), r"part\.jsonl, line 1: expected"),
        ("linear/linear.json", b"{", "in the channel linear, got another"),
        ("linear/words.txt", b"", "in the channel linear, got another"),
        ("linear/idf.f32", b"123", "in the channel linear, got another"),
        ("linear/intercepts.f32", b"", "in the channel linear, got another"),
    ],
)
def test_what_the_archive_is_made_of_is_refused_before_the_training(
    inputs: Inputs, tmp_path: Path, file: str, content: bytes, reason: str
) -> None:
    for name in ("weights", "linear", "texts"):
        shutil.copytree(inputs.folder / name, tmp_path / name)
    if file.startswith("texts"):
        (tmp_path / "texts" / "part-algo-1-x.jsonl").unlink()
    (tmp_path / file).write_bytes(content)
    found = weights.Weights.of(tmp_path / "weights", tmp_path)

    with pytest.raises(ValueError, match=reason) as refusal:
        archives.Chosen.of(found, tmp_path / "linear", tmp_path / "texts", 1)

    assert "secret" not in str(refusal.value)


def test_a_linear_model_of_other_classes_is_refused(inputs: Inputs, tmp_path: Path) -> None:
    words = linear.Vocabulary("words", (1, 1), ["zoo"], 0)
    linear.Linear([words], [1.0], [0.0] * 9, [0.0] * 9).save(tmp_path)
    (tmp_path / "characters.txt").touch()
    lengths = json.dumps({"words": [1, 1], "characters": [2, 2]})
    (tmp_path / "linear.json").write_text(lengths)
    found = weights.Weights.of(inputs.folder / "weights", tmp_path)

    with pytest.raises(ValueError, match="expected a linear model of 10 classes, got 9"):
        archives.Chosen.of(found, tmp_path, inputs.folder / "texts", 1)


def end_at_once(whole: bytes) -> bytes:
    """The tar of the archive with a second header that is none, under the whole one's checksum."""
    tar = bytearray(gzip.decompress(whole))
    tar[512:520] = b"damaged!"
    return gzip.compress(bytes(tar))[:-8] + whole[-8:]


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda _: b"junk" * 200,
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole[:-8] + bytes(8),
        end_at_once,
    ],
    ids=["empty", "junk", "cut", "wrong checksum", "damaged header"],
)
def test_a_broken_archive_is_refused_with_its_name(
    inputs: Inputs, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    path = archive(tmp_path / "linear", inputs.folder / "weights") / "model.tar.gz"
    path.write_bytes(damage(path.read_bytes()))

    with pytest.raises(ValueError, match=r"^model\.tar\.gz: "):
        weights.linear_of(tmp_path / "linear", tmp_path / "scratch")


def test_the_archive_is_complete_and_the_linear_model_is_in_it_for_it_helps(model: Path) -> None:
    settings = json.loads((model / "settings.json").read_text())
    report = dict(line.split()[0].split("=") for line in (model / "report.txt").read_text().splitlines()[1:])

    assert settings["max_tokens"] == 32
    assert 0 < settings["linear_weight"] < 1
    assert (model / "linear" / "linear.json").exists()
    assert len(json.loads((model / "labels.json").read_text())) == 10
    assert float(report["validation_top1"]) == pytest.approx(10 / 21, abs=1e-4)
    assert float(report["blended_top1"]) == pytest.approx(20 / 21, abs=1e-4)
    assert float(report["blended_loss"]) < float(report["validation_loss"])


class _TensorFlowServing(http.server.BaseHTTPRequestHandler):
    """Answers as the fixture's network; refuses more than 8 tokens with a text that repeats its input."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        ids = json.loads(body)["inputs"]["input_ids"]
        status, answer = 200, {"outputs": [[2.0 * (4 + label in row) for label in range(10)] for row in ids]}
        if any(len(row) > 8 for row in ids):
            status, answer = 400, {"error": body.decode()}
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def uri() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _TensorFlowServing)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1/models/emoji:predict"
    server.shutdown()
    thread.join()
    server.server_close()


def served(
    model: Path,
    uri: str,
    *requests: tuple[str, str],
    named: tuple[str | None, str | None, str | None] = (None, None, None),
) -> list[tuple[Any, Any]]:
    """What the archive's script answers, with nothing but the standard library; `named` are the model, the
    version and the method of the custom attributes."""
    done = subprocess.run(
        [
            sys.executable,
            "-I",
            "-S",
            "-B",
            "-c",
            SERVE,
            model / "code",
            uri,
            *map(json.dumps, (requests, named)),
        ],
        env={"http_proxy": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


def test_the_script_for_tensorflow_serving_answers_text_with_emojis(model: Path, uri: str) -> None:
    lines = '{"tweet": "b"}\n{"tweet": "zoo"}\n' * 200
    labels = json.loads((model / "labels.json").read_text())

    (one, one_type), (many, many_type), (rows, rows_type) = served(
        model,
        uri,
        ("application/json", '{"tweets": ["@you a!", "ZOO"]}'),
        ("application/jsonlines", lines),
        ("text/csv", "b\n"),
    )

    first, second = json.loads(one)["predictions"]
    assert (first["emojis"][0]["emoji"], second["emojis"][0]["emoji"]) == (labels[0], labels[9])
    assert len(first["emojis"]) == 5
    assert [json.loads(line)["emojis"][0]["emoji"] for line in many.splitlines()] == [
        labels[1],
        labels[9],
    ] * 200
    assert json.loads(rows)["predictions"][0]["emojis"][0]["emoji"] == labels[1]
    assert (one_type, many_type, rows_type) == (
        "application/json",
        "application/jsonlines",
        "application/json",
    )


@pytest.mark.parametrize(
    ("content_type", "body", "refusal"),
    [
        ("application/json", '{"tweets": [1]}', (400, "Tweet 0: expected a string.")),
        ("application/json", "secret", (400, "The body is not JSON.")),
        ("image/png", "secret", (415, "Expected one of the content types")),
        (
            "application/json",
            json.dumps({"tweets": ["secret " * 9]}),
            (500, "expected logits of the network, got the status 400"),
        ),
    ],
)
def test_no_refusal_repeats_a_tweet(
    model: Path, uri: str, content_type: str, body: str, refusal: tuple[int, str]
) -> None:
    ((status, text),) = served(model, uri, (content_type, body))

    assert (status, refusal[1] in text) == (refusal[0], True)
    assert "secret" not in text


@pytest.mark.parametrize(
    ("named", "attribute"),
    [
        (("nope", None, None), "tfs-model-name"),
        ((None, "99", None), "tfs-model-version"),
        ((None, None, "classify"), "tfs-method"),
    ],
)
def test_a_request_that_names_another_model_is_refused(
    model: Path, uri: str, named: tuple[str | None, str | None, str | None], attribute: str
) -> None:
    ((status, text),) = served(model, uri, ("application/json", '{"tweets": ["a"]}'), named=named)

    assert (status, text) == (
        400,
        f"The endpoint has one model; expected no {attribute} in the custom attributes.",
    )
