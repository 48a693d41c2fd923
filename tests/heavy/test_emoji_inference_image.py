"""The emoji model in ONNX Runtime's image: what torch computes, text in, five emojis out, and refusals."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from container_process import Container
from emoji_jobs import LETTERS, TORCH, Lab, Trained, run_in
from model_scripts import load

from local.containers.images import Images
from local.storage.archive import pack
from quality.resilience.wrong_input import tweets as hostile
from quality.resilience.wrong_input.requests import MARK

JSON, LINES, CSV = "application/json", "application/jsonlines", "text/csv"
# One tweet of two tokens, several with padding, and the longest.
BATCHES = [
    {
        "input_ids": [[2, *[5 + (row + place) % 14 for place in range(width - 2)], 3] for row in range(rows)],
        "input_mask": [[1] * (width - row) + [0] * row for row in range(rows)],
        "segment_ids": [[0] * width] * rows,
    }
    for rows, width in ((1, 2), (3, 5), (7, 32))
]
ONNX = f"""
import json, sys
import numpy as np
import onnxruntime
session = onnxruntime.InferenceSession(sys.argv[1])
print(json.dumps([
    session.run(["logits"], {{name: np.array(rows, np.int64) for name, rows in batch.items()}})[0].tolist()
    for batch in json.loads({json.dumps(BATCHES)!r})
]))
"""
TORCH_LOGITS = f"""
import json, sys
from pathlib import Path
import torch
from safetensors.torch import load_file
from torch_network import Network
folder = Path(sys.argv[1])
network = Network(json.loads((folder / "config.json").read_text()), 10).eval()
network.load(load_file(folder / "weights.safetensors"), 0)
with torch.inference_mode():
    print(json.dumps([
        network(**{{name: torch.tensor(rows) for name, rows in batch.items()}}).tolist()
        for batch in json.loads({json.dumps(BATCHES)!r})
    ]))
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    lab = Lab(tmp_path_factory.mktemp("emoji"), TORCH)
    linear = load("shared/tweets/emoji_linear")
    vocabularies = [
        linear.Vocabulary("words", (1, 1), [*LETTERS], 0),
        linear.Vocabulary("characters", (2, 2), [f" {letter}" for letter in LETTERS], len(LETTERS)),
    ]
    # Each letter speaks for its own class.
    coefficients = np.tile(np.eye(10), (2, 1)).ravel()
    model = linear.Linear(vocabularies, [1.0] * 20, coefficients, [0.0] * 10)
    model.save(lab.folder / "fitted" / "linear")
    (lab.folder / "linear").mkdir()
    pack(lab.folder / "fitted", lab.folder / "linear" / "model.tar.gz")
    lab.put("linear", lab.folder / "linear")
    return lab


@pytest.fixture(scope="module")
def trained(lab: Lab) -> Trained:
    return lab.train(
        "served", max_steps="8", batch_size="16", learning_rate="0.01", channels={"linear": "linear"}
    )


@pytest.fixture(scope="module")
def container(trained: Trained) -> Iterator[Container]:
    python = Images.load().named("emoji-inference").python
    base = trained.model.parent / "served"
    base.mkdir()
    trained.model.rename(base / "model")
    (trained.model).symlink_to(base / "model")
    variables = {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
    with Container("toolkit", base, python, **variables) as container:
        yield container


def predictions(container: Container, *tweets: str) -> list[dict[str, object]]:
    answer = container.invoke(json.dumps({"tweets": tweets}), JSON)
    assert (answer.status, answer.content_type) == (200, JSON)
    found: list[dict[str, object]] = json.loads(answer.body)["predictions"]
    return found


def test_onnx_answers_what_torch_does(lab: Lab, trained: Trained) -> None:
    served = run_in("emoji-inference", ONNX, trained.model / "model.onnx")

    expected = run_in("emoji-training", TORCH_LOGITS, trained.model, path=lab.folder / "source")

    for one, other in zip(served, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_a_trained_archive_is_exported_without_training(lab: Lab, trained: Trained) -> None:
    nothing = {"train": "", "validation": "", "texts": ""}

    exported = lab.train("export", epochs="0", channels={"weights": "out/served/output", **nothing})

    before, after = (
        {path.relative_to(one.model): path.read_bytes() for path in one.model.rglob("*") if path.is_file()}
        for one in (trained, exported)
    )
    assert after == before


def test_the_linear_model_is_blended_in_where_it_helps(trained: Trained) -> None:
    settings = json.loads((trained.model / "settings.json").read_text())

    assert settings["linear_weight"] > 0
    assert (trained.model / "linear" / "coefficients.f32").exists()
    assert trained.metrics("blended_loss")[-1] < trained.metrics("validation_loss")[-1]


def test_tweets_are_answered_with_five_emojis_each(container: Container) -> None:
    answers = predictions(container, "c x y", "@you Z!")

    assert [set(answer) for answer in answers] == [{"emojis", "recommended", "truncated"}] * 2
    labels = load("shared/tweets/tweet_text").EMOJIS
    for answer in answers:
        emojis = [one["emoji"] for one in answer["emojis"]]  # type: ignore[attr-defined]
        shares = [one["share"] for one in answer["emojis"]]  # type: ignore[attr-defined]
        assert len(set(emojis) & set(labels)) == 5
        assert shares == sorted(shares, reverse=True)
        assert 0 < sum(shares) <= 1.00001
    assert answers[0]["emojis"][0]["emoji"] == labels[2]  # type: ignore[index]


def test_json_csv_and_lines_are_answered_alike(container: Container) -> None:
    tweets = ['b "x", y', "d", "", "z\nz e"]
    expected = predictions(container, *tweets)
    table = io.StringIO()
    csv.writer(table, quoting=csv.QUOTE_ALL).writerows([tweet] for tweet in tweets)

    as_csv = container.invoke(table.getvalue(), CSV)
    lines = container.invoke("".join(json.dumps({"tweet": tweet}) + "\n" for tweet in tweets), LINES)

    assert (as_csv.status, as_csv.content_type, json.loads(as_csv.body)["predictions"]) == (
        200,
        JSON,
        expected,
    )
    assert (lines.status, lines.content_type) == (200, LINES)
    assert [json.loads(line) for line in lines.body.splitlines()] == expected


def test_a_tweet_has_its_answer_whatever_stands_beside_it(container: Container) -> None:
    tweets = [" ".join("xyz"[place % 3] for place in range(length)) + " a" for length in range(300)]

    together = predictions(container, *tweets)

    assert together[4::100] == [predictions(container, tweet)[0] for tweet in tweets[4::100]]
    assert [answer["truncated"] for answer in together] == [length + 3 > 32 for length in range(300)]


def test_its_tokenizer_encodes_as_the_one_of_training(trained: Trained) -> None:
    script = """
import json, sys
from pathlib import Path
from inference import _Tokens
from wordpiece import WordPiece
vocabulary = Path(sys.argv[1]) / "vocab.txt"
texts = ["", "a", "xyz zyx it's x'y '''", "' a ' b", "w" * 99 + " x", "x" * 100, "x" * 101, "x " * 200]
texts.append("'" * 90)
print(json.dumps([
    [model.encode(text, most) for text in texts for most in (2, 3, 9, 33)]
    for model in (_Tokens(vocabulary), WordPiece(vocabulary))
]))
"""
    ours, theirs = run_in("emoji-inference", script, trained.model, path=trained.model / "code")

    assert ours == theirs


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ("{", JSON, 400),
        ('{"tweets": []}', JSON, 400),
        ('{"tweets": "x"}', JSON, 400),
        (json.dumps({"tweets": ["x", 7]}), JSON, 400),
        (json.dumps({"tweets": ["x"] * 1001}), JSON, 400),
        (b'{"tweets": ["\xff"]}', JSON, 400),
        ("", LINES, 400),
        ('{"tweet": "x"}\n\n', LINES, 400),
        ("a,b\n", CSV, 400),
        ('"a\n', CSV, 400),
        ("<tweet/>", "text/xml", 415),
        ("x", "application/x-npy", 415),
        (b'{"tweets": ["' + b"x" * (6 << 20) + b'"]}', JSON, 413),
    ],
)
def test_a_malformed_request_is_the_callers_fault(
    container: Container, body: str | bytes, content_type: str, status: int
) -> None:
    assert container.invoke(body, content_type).status == status


def test_no_text_makes_it_fail_and_none_is_in_its_log(container: Container) -> None:
    accepted = {**hostile.ACCEPTED, **hostile.REFUSED, "megabytes": "a'" * (1 << 20) + MARK}
    accepted["a long word"] = "x" * (1 << 20)

    statuses = {
        name: container.invoke(json.dumps({"tweets": [tweet]}), JSON).status
        for name, tweet in accepted.items()
    }
    together = container.invoke(json.dumps({"tweets": [*accepted.values()]}), JSON).status

    assert len(accepted) >= 100
    assert {name: status for name, status in statuses.items() if status != 200} == {}
    assert together == 200
    assert MARK not in container.log()


def test_it_needs_no_network_and_no_framework_of_training(container: Container, trained: Trained) -> None:
    script = """
import json, sys
import inference
print(json.dumps(sorted({"torch", "tensorflow", "transformers"} & set(sys.modules))))
"""

    assert run_in("emoji-inference", script, path=trained.model / "code") == []
    assert not (Path(trained.model) / "code" / "requirements.txt").exists()
