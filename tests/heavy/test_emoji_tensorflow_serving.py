"""The archive that TensorFlow trains, served by the image that serves SavedModels."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from container_process import Container
from emoji_jobs import TENSORFLOW, Lab, run_in
from model_scripts import ROOT, load
from patience import wait_until

from local.containers.images import Images
from quality.resilience.wrong_input.requests import MARK
from quality.resilience.wrong_input.tweets import ACCEPTED

TWEETS = ["a", "zzz j", "@you B!", "", "x " * 100]

LOGITS = """
import json, sys
import tensorflow as tf
signature = tf.saved_model.load(sys.argv[1]).signatures["serving_default"]
tokens = {name: tf.constant(rows, tf.int64) for name, rows in json.load(open(sys.argv[2])).items()}
print(json.dumps(signature(**tokens)["logits"].numpy().tolist()))
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lab = Lab(tmp_path_factory.mktemp("emoji"), TENSORFLOW)
    return lab.train("served", epochs="6", batch_size="16", learning_rate="0.01").model


@pytest.fixture(scope="module")
def served(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(model, folder / "model")
    python = Images.load(ROOT / "versions.toml").named("tensorflow-inference").python
    with Container(
        "tensorflow_inference_image", folder, python, SAGEMAKER_TFS_DEFAULT_MODEL_NAME="emoji"
    ) as container:
        assert wait_until(lambda: container.request("GET", "/ping").status == 200)
        yield container


def answers(container: Container, tweets: list[str]) -> list[dict[str, Any]]:
    answer = container.invoke(json.dumps({"tweets": tweets}), "application/json")
    assert answer.status == 200, answer.body
    found: list[dict[str, Any]] = json.loads(answer.body)["predictions"]
    return found


def test_text_is_answered_as_the_saved_model_and_the_archive_say(
    served: Container, model: Path, tmp_path: Path
) -> None:
    recommender = load("shared/tweets/emoji_answer").Recommender(model)
    (tmp_path / "tokens.json").write_text(json.dumps(recommender.encode(TWEETS)._asdict()))
    logits = run_in("tensorflow-training", LOGITS, model / "emoji/1", tmp_path / "tokens.json")

    found = answers(served, TWEETS)

    for answer, expected in zip(found, recommender.answer(logits, TWEETS), strict=True):
        assert [one["emoji"] for one in answer["emojis"]] == [one["emoji"] for one in expected["emojis"]]
        for one, other in zip(answer["emojis"], expected["emojis"], strict=True):
            assert one["share"] == pytest.approx(other["share"], abs=2e-5)
        assert (answer["recommended"], answer["truncated"]) == (
            expected["recommended"],
            expected["truncated"],
        )
    assert [answer["truncated"] for answer in found] == [False, False, False, False, True]


def test_a_file_of_tweets_is_answered_line_by_line(served: Container) -> None:
    lines = "".join(json.dumps({"tweet": tweet}) + "\n" for tweet in TWEETS * 60)

    answer = served.invoke(lines, "application/jsonlines")

    assert (answer.status, answer.content_type.partition(";")[0]) == (200, "application/jsonlines")
    found = [json.loads(line) for line in answer.body.splitlines()]
    assert len(found) == 300
    best = [one["emojis"][0]["emoji"] for one in found]
    assert best == [one["emojis"][0]["emoji"] for one in answers(served, TWEETS)] * 60


def test_hostile_tweets_are_answered_and_stand_in_no_log(served: Container) -> None:
    for name, tweet in ACCEPTED.items():
        (found,) = answers(served, [tweet])
        assert len(found["emojis"]) == 5, name

    assert MARK not in served.log()


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (json.dumps({"tweets": [MARK, 1]}), "application/json", 400),
        (MARK, "application/json", 400),
        (MARK, "image/png", 415),
        (b'"' + MARK.encode() + b"\xff", "text/csv", 400),
    ],
)
def test_a_malformed_request_is_refused_without_its_text(
    served: Container, body: Any, content_type: str, status: int
) -> None:
    answer = served.invoke(body, content_type)

    assert answer.status == status
    assert MARK.encode() not in answer.body
    assert MARK not in served.log()
