"""Training the emoji network by either framework: one instance, two, interrupted, killed, and refused."""

import json
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
from emoji_jobs import TENSORFLOW, TORCH, Framework, Lab, Trained
from model_scripts import load, names_of_the_same
from patience import wait_until

from local.containers import process
from local.errors import JobError
from local.jobs import TrainingJob


@pytest.fixture(scope="module", params=[TENSORFLOW, TORCH], ids=["tensorflow", "torch"])
def framework(request: pytest.FixtureRequest) -> Framework:
    found: Framework = request.param
    return found


@pytest.fixture(scope="module")
def lab(framework: Framework, tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return Lab(tmp_path_factory.mktemp("emoji"), framework)


@pytest.fixture(scope="module")
def trained(lab: Lab) -> Trained:
    return lab.train("one", epochs="6", batch_size="16", learning_rate="0.01")


def test_training_learns_and_its_metrics_are_lines_of_the_log(trained: Trained) -> None:
    losses = trained.metrics("train_loss")

    assert len(losses) == 12  # of 120 steps, each 10
    assert losses[-1] < losses[0] / 1.5
    assert len(trained.metrics("validation_loss")) == 6
    assert trained.metrics("validation_top1")[-1] >= 0.6
    assert trained.metrics("validation_top5")[-1] >= 0.8


def test_the_archive_has_all_that_serving_needs(framework: Framework, trained: Trained) -> None:
    files = {str(path.relative_to(trained.model)) for path in trained.model.rglob("*") if path.is_file()}

    assert {
        "weights.safetensors",
        "labels.json",
        "vocab.txt",
        "config.json",
        "settings.json",
        *framework.network_files,
        "code/inference.py",
        "code/emoji_answer.py",
        "code/emoji_linear.py",
        "code/emoji_wire.py",
        "code/tweet_text.py",
        "code/wordpiece.py",
    } <= files
    settings = json.loads((trained.model / "settings.json").read_text())
    assert (settings["max_tokens"], settings["linear_weight"]) == (32, 0)
    assert 0 < settings["threshold"] <= 1


def test_the_same_training_gives_the_same_archive(lab: Lab) -> None:
    options = {"max_steps": "2", "batch_size": "29"}
    one, two = (lab.train(name, **options).model for name in ("first", "second"))

    assert names_of_the_same(one, two) != []


@pytest.mark.parametrize(("layers", "prefixes"), [("0", ()), ("1", ("encoder.layer.1.",))])
def test_the_layers_that_are_not_trained_stay_as_they_were(
    lab: Lab, layers: str, prefixes: tuple[str, ...]
) -> None:
    read = load("emoji/train_tensorflow/safetensors_file").read

    found = lab.train(f"layers-{layers}", trained_layers=layers, batch_size="80", learning_rate="0.01")

    before, after = read(lab.folder / "weights/model.safetensors"), read(found.model / "weights.safetensors")
    changed = {name for name in after if name not in before or not np.array_equal(before[name], after[name])}
    # The keys' biases shift all scores of a token alike, and so have no gradient but rounding.
    expected = {name for name in after if name.startswith(("classifier.", *prefixes))}
    assert changed - {"classifier.bias"} <= expected
    assert {name for name in expected if name.endswith("weight")} <= changed


def test_two_instances_have_the_same_weights_and_the_loss_of_one(lab: Lab) -> None:
    # 320 tweets in batches of 29: of the last batch, of one tweet, the second instance has nothing.
    options = {"epochs": "2", "batch_size": "29", "learning_rate": "0.01", **lab.framework.exact}

    one, two = lab.train("alone", **options), lab.train("together", instances=2, **options)

    assert two.metrics("checksum", 0) == two.metrics("checksum", 1) != []
    np.testing.assert_allclose(two.metrics("train_loss", 0), one.metrics("train_loss"), rtol=1e-3)
    np.testing.assert_allclose(two.metrics("train_loss", 1), one.metrics("train_loss"), rtol=1e-3)
    assert "validation_top1" not in two.logs[1]


def test_an_interrupted_training_goes_on_from_its_checkpoint(lab: Lab, tmp_path: Path) -> None:
    options = {"epochs": "2", "batch_size": "20", "checkpoint_steps": "10"}
    whole = lab.train("whole", **options)
    (tmp_path / "empty").touch()
    lab.put("nothing", tmp_path)

    # After the first epoch, of 16 steps, it looks for the validation part.
    with pytest.raises(JobError, match="the channel validation"):
        lab.train("interrupted", channels={"validation": "nothing"}, **options)
    resumed = lab.train("interrupted", **options)

    assert "resumed step=10\n" in resumed.logs[0]
    assert resumed.metrics("train_loss") == whole.metrics("train_loss")[1:] != []
    assert resumed.metrics("validation_top1") == whole.metrics("validation_top1")
    name = "weights.safetensors"
    assert (resumed.model / name).read_bytes() == (whole.model / name).read_bytes()


def test_a_killed_instance_ends_the_job(lab: Lab, tmp_path: Path) -> None:
    job = TrainingJob("endless", lab.arguments(instances=2, epochs="100000"), lab.services)
    ended: list[BaseException] = []

    def run() -> None:
        try:
            job.run(tmp_path / "job")
        except JobError as error:
            ended.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    log = tmp_path / "job" / "algo-2" / "container.log"
    wait_until(lambda: not thread.is_alive() or (log.exists() and "train_loss=" in log.read_text()))
    for one in process._guard.running():
        if "algo-2" in Path(f"/proc/{one.pid}/cwd").resolve().parts:
            one.kill()
    thread.join()

    assert len(ended) == 1
    assert "algo-2 was killed by SIGKILL" in str(ended[0])
    assert process._guard.running() == []


def test_an_instance_without_records_says_so(lab: Lab) -> None:
    arguments = lab.arguments(instances=2)
    for channel in arguments["InputDataConfig"]:
        if channel["ChannelName"] == "train":
            channel["DataSource"]["S3DataSource"] |= {
                "S3Uri": "s3://data/train/part-algo-1.tfrecord",
                "S3DataDistributionType": "ShardedByS3Key",
            }

    with pytest.raises(JobError, match="the channel train"):
        TrainingJob("sharded", arguments, lab.services).run(lab.folder / "jobs" / "sharded")


@pytest.mark.parametrize(
    ("channels", "hyperparameters", "reason"),
    [
        ({"weights": "train"}, {}, "expected model.safetensors in the channel weights; found part-algo-1"),
        ({"train": ""}, {}, "expected a channel train; the job has"),
        ({"train": "texts"}, {}, r"\*.tfrecord files"),
        ({"texts": "train"}, {"max_steps": "1"}, 'no tweet of the part "validation"'),
        ({"linear": "weights"}, {"max_steps": "1"}, "model.tar.gz"),
        ({}, {"epochs": "-1"}, "expected 0 or more, got -1"),
        ({}, {"trained_layers": "some"}, "trained_layers"),
    ],
)
def test_a_job_that_cannot_be_done_says_why(
    lab: Lab, channels: dict[str, str], hyperparameters: dict[str, str], reason: str
) -> None:
    with pytest.raises(JobError, match=reason):
        lab.train("refused", channels=channels, **hyperparameters)

    (last,) = lab.folder.glob(f"jobs/refused-{len(list((lab.folder / 'jobs').glob('*'))) - 1}")
    assert not any("train_loss=" in path.read_text() for path in last.rglob("container.log"))


@pytest.mark.parametrize("content", ["truncated", b"", b"junk" * 9])
def test_broken_weights_are_refused_with_the_files_name(
    lab: Lab, tmp_path: Path, content: str | bytes
) -> None:
    folder = shutil.copytree(lab.folder / "weights", tmp_path / "weights")
    file = folder / "model.safetensors"
    file.write_bytes(content if isinstance(content, bytes) else file.read_bytes()[:-9])
    lab.put("broken", folder)

    with pytest.raises(JobError, match=r"error: model\.safetensors: expected safetensors, got \d+ bytes"):
        lab.train("broken", channels={"weights": "broken"})


def test_a_broken_checkpoint_is_refused_with_what_to_do(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "step-3.safetensors").write_bytes(b"junk" * 9)
    lab.put("checkpoints/junk", tmp_path)

    with pytest.raises(JobError, match=r"error: step-3\.safetensors: expected a checkpoint .*; remove it"):
        lab.train("junk")


def test_a_checkpoint_of_other_layers_is_refused_with_what_to_do(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    lab.put("empty", tmp_path)
    with pytest.raises(JobError, match="the channel validation"):
        lab.train(
            "head", channels={"validation": "empty"}, trained_layers="0", epochs="2", checkpoint_steps="1"
        )

    with pytest.raises(JobError, match=r"error: step-\d\.safetensors: expected a checkpoint .*it has no"):
        lab.train("head", epochs="2")
