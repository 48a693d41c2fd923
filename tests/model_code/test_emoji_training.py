"""What the emoji workload's training scripts share, and the modules of TensorFlow's that do without it."""

import gzip
import http.server
import json
import shutil
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from model_scripts import MODEL_CODE, as_archived, load

choices = load("shared/emoji_training/emoji_choices")
weights = load("shared/emoji_training/emoji_weights")
archives = load("shared/emoji_training/emoji_archive")
safetensors = load("emoji/train_tensorflow/safetensors_file")
checkpoints = load("shared/emoji_training/emoji_checkpoints")
job = load("shared/emoji_training/emoji_job")
linear = load("shared/tweets/emoji_linear")

CONFIG = {
    "vocab_size": 20,
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 40,
    "type_vocab_size": 2,
    "layer_norm_eps": 1e-12,
    "hidden_act": "gelu",
}
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *"abcdefghij"]
DTYPES = st.sampled_from([np.float64, np.float32, np.float16, np.int64, np.int32])
NUMBERS = arrays.arrays(DTYPES, arrays.array_shapes(min_dims=0, max_dims=3), elements=st.integers(-9, 9))
RIGHT = np.array([0, 1, 2, 0])


def logits_of(shares: list[list[float]]) -> Any:
    return np.log(np.array(shares))


# Safetensors


@given(st.dictionaries(st.text(min_size=1, max_size=5).filter(lambda name: name != "__metadata__"), NUMBERS))
def test_arrays_come_back_as_they_were_written(tmp_path_factory: Any, written: dict[str, Any]) -> None:
    path = tmp_path_factory.mktemp("safetensors") / "arrays.safetensors"

    safetensors.write(path, written)

    read = safetensors.read(path)
    assert sorted(read) == sorted(written)
    for name, array in written.items():
        assert read[name].dtype == array.dtype
        np.testing.assert_array_equal(read[name], array)


def test_the_same_arrays_give_the_same_bytes_in_any_order(tmp_path: Path) -> None:
    one, two = {"a": np.ones(2), "b": np.zeros(3)}, {"b": np.zeros(3), "a": np.ones(2)}

    for name, written in (("one", one), ("two", two)):
        safetensors.write(tmp_path / name, written)

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def header(document: object, data: bytes = b"") -> bytes:
    text = json.dumps(document).encode()
    return len(text).to_bytes(8, "little") + text + data


ARRAY = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x08\0\0",
        (1 << 60).to_bytes(8, "little"),
        (3).to_bytes(8, "little") + b"{]}",
        (2).to_bytes(8, "little") + b"\xff\xfe",
        header([]),
        header({"a": 1}),
        header({"a": {}}),
        header({"a": ARRAY}),
        header({"a": {**ARRAY, "dtype": "BF16"}}, b"1234"),
        header({"a": {**ARRAY, "shape": [2]}}, b"1234"),
        header({"a": {**ARRAY, "shape": ["x"]}}, b"1234"),
        header({"a": {**ARRAY, "shape": [-1]}}, b"1234"),
        header({"a": {**ARRAY, "data_offsets": [4, 8]}}, b"1234"),
        header({"a": {**ARRAY, "data_offsets": [-4, 0]}}, b"1234"),
        header({"a": {**ARRAY, "data_offsets": [0]}}, b"1234"),
    ],
)
def test_what_is_not_safetensors_is_refused_with_the_files_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)

    with pytest.raises(safetensors.SafetensorsError, match=r"^model\.safetensors: "):
        safetensors.read(path)


NEAR = st.one_of(st.integers(-2, 9), st.floats(), st.booleans(), st.none(), st.just("4"))
ENTRIES = st.dictionaries(
    st.sampled_from(["a", "__metadata__"]),
    st.fixed_dictionaries(
        {
            "dtype": st.sampled_from(["F32", "F16", "I64", "", None, []]),
            "shape": st.one_of(NEAR, st.lists(NEAR, max_size=3)),
            "data_offsets": st.one_of(NEAR, st.lists(NEAR, max_size=3)),
        }
    ),
)


@given(ENTRIES, st.binary(max_size=9))
def test_any_header_is_read_or_refused(tmp_path_factory: Any, entries: dict[str, Any], data: bytes) -> None:
    path = tmp_path_factory.mktemp("safetensors") / "model.safetensors"
    path.write_bytes(header(entries, data))

    try:
        read = safetensors.read(path)
    except safetensors.SafetensorsError:
        return

    assert set(read) == set(entries) - {"__metadata__"}
    assert all(array.nbytes <= len(data) for array in read.values())


def test_numbers_of_a_type_that_the_format_has_not_got_are_refused(tmp_path: Path) -> None:
    with pytest.raises(safetensors.SafetensorsError, match="a: numbers of the type complex128"):
        safetensors.write(tmp_path / "model.safetensors", {"a": np.ones(1, complex)})

    assert list(tmp_path.iterdir()) == []


# Checkpoints


def test_only_the_last_checkpoint_is_kept_and_found(tmp_path: Path) -> None:
    kept = checkpoints.Checkpoints(tmp_path / "checkpoints", safetensors.read, safetensors.write)
    taken: list[tuple[int, int]] = []

    def take(step: int, found: dict[str, Any]) -> None:
        taken.append((step, int(found["step"])))

    assert kept.resume(take) == 0
    assert taken == []

    for step in (9, 10, 200):
        kept.save(step, {"step": np.array(step)})
        (tmp_path / "checkpoints" / ".step-300.safetensors.part").write_text("half")

    assert kept.resume(take) == 200
    assert taken == [(200, 200)]
    assert [path.name for path in (tmp_path / "checkpoints").glob("step-*")] == ["step-200.safetensors"]


def written(path: Path) -> None:
    safetensors.write(path, {"other": np.ones(1)})


def misfit(_: int, arrays: dict[str, Any]) -> None:
    raise ValueError(f"expected the shape (2,), got {arrays['other'].shape}")


@pytest.mark.parametrize(
    ("write", "take", "reason"),
    [
        (Path.touch, misfit, "got 0 bytes"),
        (lambda path: path.write_bytes(b"junk" * 9), misfit, "got 36 bytes that are not"),
        (written, misfit, r"expected the shape \(2,\), got \(1,\)"),
        (written, lambda _, arrays: arrays["mean.weight"], "it has no mean.weight"),
    ],
)
def test_a_checkpoint_that_cannot_be_gone_on_from_is_refused_with_what_to_do(
    tmp_path: Path, write: Any, take: Any, reason: str
) -> None:
    write(tmp_path / "step-3.safetensors")
    kept = checkpoints.Checkpoints(tmp_path, safetensors.read, safetensors.write)

    with pytest.raises(
        ValueError,
        match=rf"^step-3\.safetensors: expected a checkpoint .*{reason}.*; remove it from the job's",
    ):
        kept.resume(take)


# Jobs


def test_the_learning_rate_rises_for_a_tenth_of_the_steps_and_falls_to_zero() -> None:
    plan = job.Plan.of(job.parser("").parse_args(["--learning_rate", "0.1"]))

    rates = [plan.rate(step, 40) for step in range(41)]

    np.testing.assert_allclose(rates[:5], [0.025, 0.05, 0.075, 0.1, 0.1])
    np.testing.assert_allclose(np.diff(rates[4:]), -0.1 / 36)
    assert rates[40] == 0


@pytest.mark.parametrize(
    ("arguments", "steps"), [([], 10), (["--epochs", "3"], 30), (["--epochs", "3", "--max_steps", "7"], 7)]
)
def test_a_plan_has_its_epochs_batches_unless_it_is_limited(arguments: list[str], steps: int) -> None:
    plan = job.Plan.of(job.parser("").parse_args(arguments))

    assert plan.steps(10) == steps


@pytest.mark.parametrize(
    ("arguments", "layers"),
    [([], None), (["--trained_layers", "all"], None), (["--trained_layers", "0"], 0)],
)
def test_layers_are_all_or_a_number(arguments: list[str], layers: int | None) -> None:
    assert job.Plan.of(job.parser("").parse_args(arguments)).trained_layers == layers


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("epochs", "-1", "expected 0 or more, got -1"),
        ("batch_size", "0", "expected 1 or more, got 0"),
        ("learning_rate", "nan", "expected a number above 0, at most 1, got nan"),
        ("learning_rate", "0", "expected a number above 0, at most 1, got 0"),
        ("dropout", "1", "expected a number from 0 to below 1, got 1"),
        ("trained_layers", "-1", "expected 0 or more, got -1"),
        ("trained_layers", "some", "invalid"),
    ],
)
def test_a_hyperparameter_that_makes_no_sense_is_refused(
    capsys: pytest.CaptureFixture[str], name: str, value: str, reason: str
) -> None:
    with pytest.raises(SystemExit):
        job.parser("").parse_args([f"--{name}={value}"])

    assert f"--{name}: {reason}" in capsys.readouterr().err


# Weights


def published(folder: Path, *names: str) -> Path:
    folder.mkdir()
    for name in names or ("model.safetensors", "vocab.txt", "config.json"):
        (folder / name).write_text(json.dumps(CONFIG))
    return folder


def archive(folder: Path, content: Path) -> Path:
    folder.mkdir()
    with tarfile.open(folder / "model.tar.gz", "w:gz") as tar:
        tar.add(content, ".")
    return folder


def test_published_weights_and_trained_ones_are_told_apart(tmp_path: Path) -> None:
    channel = published(tmp_path / "weights")
    trained = published(tmp_path / "model", "weights.safetensors", "vocab.txt", "config.json")

    first = weights.Weights.of(channel, tmp_path / "one")
    second = weights.Weights.of(archive(tmp_path / "trained", trained), tmp_path / "two")

    assert (first.trained, first.file.name, first.config) == (False, "model.safetensors", CONFIG)
    assert (second.trained, second.file.name, second.config) == (True, "weights.safetensors", CONFIG)


@pytest.mark.parametrize("missing", ["model.safetensors", "vocab.txt", "config.json"])
def test_weights_that_lack_a_file_are_refused(tmp_path: Path, missing: str) -> None:
    channel = published(tmp_path / "weights")
    (channel / missing).unlink()

    with pytest.raises(ValueError, match=f"expected {missing} in the channel weights; found "):
        weights.Weights.of(channel, tmp_path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "expected a JSON object"),
        (b'{"vocab_size": ', "expected a JSON object"),
        (b"\xff\xfe", "expected a JSON object"),
        (b"[" * 100_000, "expected a JSON object"),
        (b"[]", "expected a JSON object"),
        (b"{}", "expected vocab_size from 1 on, got None"),
        *(
            (json.dumps({**CONFIG, name: value}).encode(), f"expected {name} {expected}, got {value!r}")
            for name, value, expected in [
                ("hidden_size", "16", "from 1 on"),
                ("num_hidden_layers", 0, "from 1 on"),
                ("type_vocab_size", 1.5, "from 1 on"),
                ("max_position_embeddings", True, "from 1 on"),
                ("layer_norm_eps", None, "above 0, below 1"),
                ("layer_norm_eps", float("nan"), "above 0, below 1"),
                ("hidden_act", "relu", 'to be "gelu"'),
                ("hidden_act", None, 'to be "gelu"'),
            ]
        ),
        (
            json.dumps({**CONFIG, "num_attention_heads": 3}).encode(),
            "expected hidden_size to be a multiple of num_attention_heads, got 16 and 3",
        ),
    ],
)
def test_a_broken_configuration_is_refused_with_the_files_name(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    channel = published(tmp_path / "weights")
    (channel / "config.json").write_bytes(content)

    with pytest.raises(ValueError, match=rf"^config\.json: {reason}"):
        _ = weights.Weights.of(channel, tmp_path).config


def test_an_archive_without_a_linear_model_is_refused(tmp_path: Path) -> None:
    channel = archive(tmp_path / "linear", published(tmp_path / "model"))

    assert weights.linear_of(None, tmp_path) is None
    with pytest.raises(
        ValueError, match=r"expected a folder linear in the model\.tar\.gz of the channel linear"
    ):
        weights.linear_of(channel, tmp_path / "scratch")


# Choices


def test_a_linear_model_that_helps_gets_a_weight_and_one_that_does_not_gets_none() -> None:
    unsure = logits_of([[0.4, 0.3, 0.3], [0.4, 0.3, 0.3], [0.4, 0.3, 0.3], [0.4, 0.3, 0.3]])
    right = logits_of([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8], [0.8, 0.1, 0.1]])
    wrong = right[:, [1, 2, 0]]

    assert choices.blend(unsure, right, RIGHT).weight == 0.9
    assert choices.blend(right, wrong, RIGHT).weight == 0
    assert choices.blend(right, None, RIGHT).weight == 0


def test_the_threshold_is_the_least_share_from_which_on_half_are_right() -> None:
    # Best shares .9 (right), .8 (wrong), .7 (wrong), .6 (wrong).
    shares = [[0.9, 0.05, 0.05], [0.8, 0.1, 0.1], [0.7, 0.2, 0.1], [0.2, 0.6, 0.2]]

    assert choices.threshold(logits_of(shares), RIGHT) == pytest.approx(0.8)


def test_tweets_of_one_share_are_recommended_together() -> None:
    shares = [[0.9, 0.05, 0.05]] * 3

    assert choices.threshold(logits_of(shares), np.array([0, 1, 2])) == 1.0


def test_nothing_is_recommended_where_nothing_is_right() -> None:
    assert choices.threshold(logits_of([[0.9, 0.05, 0.05]]), np.array([2])) == 1.0


@given(
    arrays.arrays(np.float64, (7, 4), elements=st.floats(-5, 5)),
    st.lists(st.integers(0, 3), min_size=7, max_size=7),
)
def test_at_least_half_of_what_is_recommended_is_right(logits: Any, labels: list[int]) -> None:
    log_shares, right = choices.log_softmax(logits), np.array(labels)

    threshold = choices.threshold(log_shares, right)

    best = np.round(np.exp(log_shares.max(axis=1)), 6)
    recommended = best >= threshold
    assert threshold == 1.0 or (log_shares.argmax(axis=1) == right)[recommended].mean() >= 0.5


def test_top_counts_the_emojis_among_the_best() -> None:
    shares = logits_of([[0.5, 0.3, 0.2], [0.5, 0.3, 0.2], [0.5, 0.3, 0.2], [0.5, 0.3, 0.2]])

    assert [choices.top(shares, RIGHT, best) for best in (1, 2, 3)] == [0.5, 0.75, 1.0]


# The archive and its script for TensorFlow Serving

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
        ("application/json", '{"tweets": [1]}', (400, "Tweet 0 is no string.")),
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
