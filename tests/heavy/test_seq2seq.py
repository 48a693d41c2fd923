"""The translation stand-in with its model: training, the archive, serving, and what training refuses."""

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from container_process import Container, run_training, start_failure, write_job
from seq2seq_image import records

from local.containers.images import Images

PYTHON = Images.load().named("seq2seq").python
MARKS = ["<pad>", "<unk>", "<s>", "</s>"]
# Word for word, but the second word of a sentence goes to its end.
WORDS = {"one": "eins", "two": "zwei", "three": "drei", "four": "vier", "five": "fünf"}
SMALL = {
    **{"num_embed_source": "64", "num_embed_target": "64", "rnn_num_hidden": "64", "batch_size": "32"},
    **{"max_seq_len_source": "8", "max_seq_len_target": "8", "learning_rate": "0.004", "beam_size": "2"},
    **{"max_num_batches": "900", "checkpoint_frequency_num_batches": "300"},
    **{"lr_scheduler_type": "fixed_rate_inv_t", "fixed_rate_lr_half_life": "1"},
}


def translated(words: list[str]) -> list[str]:
    moved = [words[0], *words[2:], words[1]] if len(words) > 1 else words
    return [WORDS[word] for word in moved]


def job(folder: Path, count: int = 1500, **hyperparameters: str) -> Path:
    write_job(folder, {**SMALL, **hyperparameters}, dict.fromkeys(("train", "validation", "vocab"), ""))
    for path in (folder / "input" / "config").glob("inputdataconfig.json"):
        path.write_text(json.dumps({name: {} for name in ("train", "validation", "vocab")}))
    data = folder / "input" / "data"
    source = {word: number for number, word in enumerate([*MARKS, *WORDS])}
    target = {word: number for number, word in enumerate([*MARKS, *WORDS.values()])}
    draw = random.Random(7)
    for channel, name, rows in (("train", "train.rec", count), ("validation", "val.rec", 40)):
        sentences = [draw.choices(list(WORDS), k=draw.randint(1, 5)) for _ in range(rows)]
        (data / channel).mkdir(parents=True)
        (data / channel / name).write_bytes(
            records.write(
                {
                    "source": [source[word] for word in sentence],
                    "target": [target[word] for word in translated(sentence)],
                }
                for sentence in sentences
            )
        )
    (data / "vocab").mkdir()
    (data / "vocab" / "vocab.src.json").write_text(json.dumps(source))
    (data / "vocab" / "vocab.trg.json").write_text(json.dumps(target))
    return folder


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A job's folder after its end, and what it printed."""
    folder = job(tmp_path_factory.mktemp("seq2seq"), optimized_metric="bleu")
    done = run_training("seq2seq_image", folder, PYTHON)
    assert done.code == 0, done.log
    return folder, done.output


@pytest.fixture(scope="module")
def container(trained: tuple[Path, str]) -> Iterator[Container]:
    with Container("seq2seq_image", trained[0], PYTHON) as container:
        yield container


def translate(container: Container, *sentences: str, **members: Any) -> list[dict[str, Any]]:
    body = json.dumps({"instances": [{"data": sentence} for sentence in sentences], **members})
    answer = container.invoke(body, "application/json")
    assert answer.status == 200, answer.body
    predictions: list[dict[str, Any]] = json.loads(answer.body)["predictions"]
    return predictions


def test_each_checkpoint_says_how_good_the_validation_part_is(trained: tuple[Path, str]) -> None:
    values = dict(
        line.split("\t")[1].split("=", 1) for line in trained[1].splitlines() if "Validation" in line
    )

    assert set(values) == {"Validation-perplexity", "Validation-accuracy", "Validation-bleu"}
    assert float(values["Validation-bleu"]) > 0.9
    assert trained[1].startswith("Checkpoint [1]\tUpdates=300 Epoch=")


def test_the_archive_is_what_from_pretrained_loads_and_has_no_pickle(trained: tuple[Path, str]) -> None:
    names = {path.name for path in (trained[0] / "model").iterdir()}

    assert names == {
        *("config.json", "generation_config.json", "model.safetensors"),
        *("vocab.src.json", "vocab.trg.json"),
    }


def test_sentences_that_training_did_not_have_are_translated_in_their_order(container: Container) -> None:
    sentences = ["one two three four five", "five", "four one", "two two one three"]

    answers = translate(container, *sentences)

    assert [one["target"] for one in answers] == [
        " ".join(translated(sentence.split())) for sentence in sentences
    ]


def test_a_word_looks_at_the_word_that_it_translates(container: Container) -> None:
    [answer] = translate(container, "one two three", configuration={"attention_matrix": "true"})

    matrix = answer["matrix"]
    assert [len(row) for row in matrix] == [3] * len(answer["target"].split())
    assert all(0 <= value <= 1 for row in matrix for value in row)
    assert all(sum(row) <= 1.0001 for row in matrix)


def test_lines_and_records_are_translated_as_json_is(container: Container) -> None:
    [expected] = translate(container, "three one two")

    lines = container.invoke(
        '{"source": "three one two"}\n', "application/jsonlines", "application/jsonlines"
    )
    content = container.invoke(records.write([{"source": [6, 4, 5]}]), "application/x-recordio-protobuf").body

    assert json.loads(lines.body) == {"target": expected["target"]}
    words = [*MARKS, *WORDS.values()]
    [(numbers,)] = records.read(content, ["target"])
    assert " ".join(words[number] for number in numbers) == expected["target"]


def test_one_more_word_than_training_allowed_is_refused(container: Container) -> None:
    answer = container.invoke(
        json.dumps({"instances": [{"data": "one"}, {"data": "one " * 9}]}), "application/json"
    )

    assert (answer.status, answer.content_type) == (400, "application/problem+json")
    assert "Sentence 1 has 9 words; the model takes at most 8." in answer.body.decode()


def test_it_answers_health_checks_and_says_how_it_wants_batches(container: Container) -> None:
    wishes = json.loads(container.request("GET", "/execution-parameters").body)

    assert container.request("GET", "/ping").status == 200
    assert wishes["BatchStrategy"] == "MULTI_RECORD"


def test_training_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    folders = [job(tmp_path / name, 200, max_num_batches="20") for name in ("one", "two")]

    for folder in folders:
        assert run_training("seq2seq_image", folder, PYTHON).code == 0

    for name in ("model.safetensors", "config.json", "generation_config.json"):
        assert (folders[0] / "model" / name).read_bytes() == (folders[1] / "model" / name).read_bytes()


def test_training_stops_when_the_metric_improves_no_more(tmp_path: Path) -> None:
    # The learning rate is too small to change anything that perplexity shows.
    never = {"learning_rate": "1e-12", "checkpoint_frequency_num_batches": "1", "checkpoint_threshold": "2"}

    done = run_training("seq2seq_image", job(tmp_path, 200, max_num_batches="-1", **never), PYTHON)

    assert done.code == 0
    assert 3 <= done.output.count("Validation-perplexity") < 40


def test_a_refused_job_says_why_and_leaves_no_model(tmp_path: Path) -> None:
    folder = job(tmp_path, 10, max_num_batches="many")

    done = run_training("seq2seq_image", folder, PYTHON)

    assert done.code == 1
    assert (
        (folder / "output" / "failure")
        .read_text()
        .startswith("Hyperparameter max_num_batches: could not parse")
    )
    assert not (folder / "model").exists()


def test_weights_in_a_pickle_are_not_loaded(trained: tuple[Path, str], tmp_path: Path) -> None:
    shutil.copytree(trained[0] / "model", tmp_path / "model")
    (tmp_path / "model" / "model.safetensors").rename(tmp_path / "model" / "pytorch_model.bin")

    log = start_failure("seq2seq_image", tmp_path, PYTHON)

    assert "the container cannot start" in log
