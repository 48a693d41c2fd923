"""The translation stand-in's contract, as far as no model is needed: hyperparameters, channels, requests."""

import gzip
import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest
from built_in.hyperparameters import Refused
from hypothesis import given
from hypothesis import strategies as st
from seq2seq_image import channels, hyperparameters, records
from seq2seq_image.channels import Pair, Vocabularies
from seq2seq_image.serve import Seq2SeqModel
from seq2seq_image.vocabulary import Vocabulary

ROOT = Path(__file__).resolve().parents[2]
MARKS = ["<pad>", "<unk>", "<s>", "</s>"]
RECORDS = "application/x-recordio-protobuf"
Numbers = st.lists(st.integers(0, 2**31 - 1), max_size=12)


def vocabulary(*words: str) -> Vocabulary:
    return Vocabulary({word: number for number, word in enumerate([*MARKS, *words])})


KNOWN = Vocabularies(vocabulary("i", "love", "you"), vocabulary("ich", "liebe", "dich"))


def script(path: str) -> ModuleType:
    """A module of model_code by its path."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, ROOT / "model_code" / path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


prepared = script("translation/prepare/translation_records.py")


class Parrot:
    """Translates each number by itself; a sentence may have four words."""

    longest_source = 4

    def translate(self, sources: list[list[int]]) -> list[list[int]]:
        return sources

    def attention(self, source: list[int], target: list[int]) -> list[list[float]]:
        return [[float(row == column) for column in range(len(source))] for row in range(len(target))]


def invoke(
    body: object, content_type: str = "application/json", accept: str = "", **environ: str
) -> tuple[int, object]:
    """The status and the answer: a document, a list of them for lines, or bytes."""
    model = Seq2SeqModel(Parrot(), KNOWN, environ)
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = model.invoke(content, content_type, accept)
    if answer.status != 200:
        return answer.status, json.loads(answer.body)["detail"]
    assert answer.content_type == (content_type.partition(";")[0] or "application/json")
    if answer.content_type == "application/jsonlines":
        return 200, [json.loads(line) for line in answer.body.splitlines()]
    return 200, answer.body if answer.content_type == RECORDS else json.loads(answer.body)


@given(st.lists(st.tuples(Numbers, Numbers), max_size=6))
def test_records_are_read_as_they_were_written(pairs: list[tuple[list[int], list[int]]]) -> None:
    content = records.write({"source": source, "target": target} for source, target in pairs)

    assert list(records.read(content)) == pairs


@given(st.binary(max_size=80))
def test_bytes_that_are_no_records_are_refused_and_nothing_worse(content: bytes) -> None:
    try:
        for record in records.read(content):
            assert len(record) == 2
    except records.NotRecords as error:
        assert "record" in str(error)


def test_records_that_are_cut_off_are_refused() -> None:
    content = records.write([{"source": [4, 5, 6, 700000], "target": [5]}])
    without_padding = content[: 8 + int.from_bytes(content[4:8], "little")]

    for length in range(1, len(without_padding)):
        with pytest.raises(records.NotRecords, match="record 1"):
            list(records.read(without_padding[:length]))


def test_the_workshops_hyperparameters_are_accepted() -> None:
    given_ = {
        "max_seq_len_source": "60",
        "optimized_metric": "bleu",
        "rnn_num_hidden": "512",
        "max_num_batches": "2100",
        "rnn_attention_type": "mlp",
    }

    values = hyperparameters.validate(given_)

    assert values["max_seq_len_source"] == 60
    assert values["beam_size"] == 5
    assert hyperparameters.without_effect(given_) == ["rnn_attention_type"]


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"epochs": "3"}, "Extraneous hyperparameter found: epochs"),
        ({"batch_size": "0"}, r"Hyperparameter batch_size: 0 is not in \[1, \+inf\)"),
        ({"bleu_sample_size": "-2"}, "bleu_sample_size: -2 is not in"),
        ({"optimized_metric": "rouge"}, "optimized_metric: rouge is not in"),
        ({"embed_dropout_source": "1.5"}, "embed_dropout_source: 1.5 is not in"),
        ({"learning_rate": "fast"}, "learning_rate: could not parse value"),
        ({"momentum": "0.9"}, "momentum: it is for optimizer_type sgd alone"),
        ({"rnn_num_hidden": "33"}, "rnn_num_hidden: 33 is not a multiple of 2"),
        ({"num_embed_source": "64"}, "num_embed_target: the stand-in's Transformer has one width"),
    ],
)
def test_a_hyperparameter_that_the_documentation_excludes_is_refused(
    given_: dict[str, str], message: str
) -> None:
    with pytest.raises(Refused, match=message):
        hyperparameters.validate(given_)


def test_a_channel_is_all_its_files_each_sentence_cut_to_the_longest_length(tmp_path: Path) -> None:
    for name, words in {"b.rec": [4, 5], "a.rec": [6, 5, 4], ".hidden": [4], ".a/a.rec": [5]}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(records.write([{"source": words, "target": [4]}]))

    assert channels.pairs(tmp_path, KNOWN, 2, 9) == [Pair([6, 5], [4]), Pair([4, 5], [4])]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "No data in train channel path"),
        (records.write([{"source": [4], "target": [9]}]), "train.rec: record 1: target has a number outside"),
        (records.write([{"source": [], "target": [4]}]), "train.rec: record 1: source has no words"),
        (records.write([{"source": [4]}]), "train.rec: record 1 has no int32 tensor target"),
        (
            gzip.compress(b"x", mtime=0),
            f"train.rec is gzip, and the channel's ContentType says {RECORDS}: decompress it",
        ),
        (b"PAR1", f"train.rec is Parquet, and the channel's ContentType says {RECORDS}: convert it"),
        (b"i love you\n", "train.rec: record 1 does not begin with RecordIO's magic number"),
    ],
)
def test_data_that_cannot_be_trained_on_are_refused_by_file_and_record(
    tmp_path: Path, content: bytes, message: str
) -> None:
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "train.rec").write_bytes(content)

    with pytest.raises(Refused, match=message):
        channels.pairs(tmp_path / "train", KNOWN, 9, 9)


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"train": {}, "vocab": {}}, "Missing required channel: validation"),
        ({"train": {}, "validation": {}, "vocab": {}, "test": {}}, "Extraneous channel found: test"),
        (
            {"train": {"ContentType": "text/csv"}, "validation": {}, "vocab": {}},
            "Channel 'train' has the content type text/csv",
        ),
    ],
)
def test_other_channels_than_the_algorithms_are_refused(
    given_: dict[str, dict[str, str]], message: str
) -> None:
    with pytest.raises(Refused, match=message):
        channels.validate(given_)


@pytest.mark.parametrize(
    "document",
    [
        "",
        "[]",
        "[" * 100_000,
        '{"<pad>": 0}',
        *(
            f'{{"a": 0, "b": 1, "c": 2, "d": 3, "e": {number}}}'
            for number in ("5", '"4"', "4.0", "[]", "null")
        ),
        '{"a": 0, "b": true, "c": 2, "d": 3, "e": 4}',
    ],
)
def test_a_vocabulary_that_numbers_its_words_otherwise_is_refused(tmp_path: Path, document: str) -> None:
    (tmp_path / "vocab.src.json").write_text(document)

    with pytest.raises(Refused, match=r"vocab\.src\.json"):
        Vocabulary.read(tmp_path / "vocab.src.json")


def test_sentences_are_answered_in_their_order_unknown_words_as_such() -> None:
    body = {"instances": [{"data": "i love you"}, {"data": "you hate i"}]}

    status, answer = invoke(body)

    assert (status, answer) == (
        200,
        {"predictions": [{"target": "ich liebe dich"}, {"target": "dich <unk> ich"}]},
    )


def test_the_attention_matrix_has_a_row_for_each_word_of_the_translation() -> None:
    wanted = {"attention_matrix": "true"}
    body = {"instances": [{"data": "love you", "configuration": wanted}, {"data": "i"}]}

    assert invoke(body)[1] == {
        "predictions": [{"target": "liebe dich", "matrix": [[1.0, 0.0], [0.0, 1.0]]}, {"target": "ich"}]
    }
    assert invoke({"instances": [{"data": "i"}], "configuration": wanted})[1] == {
        "predictions": [{"target": "ich", "matrix": [[1.0]]}]
    }


def test_json_lines_are_answered_line_by_line() -> None:
    body = b'{"source": "you"}\n{"source": "i love"}\n'

    assert invoke(body, "application/jsonlines") == (200, [{"target": "dich"}, {"target": "ich liebe"}])


def test_recordio_is_answered_with_recordio() -> None:
    body = records.write([{"source": [4, 5], "target": []}, {"source": [6]}])

    status, answer = invoke(body, RECORDS)

    assert isinstance(answer, bytes)
    assert (status, list(records.read(answer, ["target"]))) == (200, [([4, 5],), ([6],)])


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        ({"instances": [{"data": "i"}, {"data": " "}]}, 400, "Sentence 1 is empty."),
        (
            {"instances": [{"data": "i i i i i"}]},
            400,
            "Sentence 0 has 5 words; the model takes at most 4.",
        ),
        ({"instances": [{"data": "i"}] * 1001}, 413, "The body has more than 1000 instances."),
        ({"instances": []}, 400, "The body has no instances."),
        ({"instances": [{"data": 7}]}, 400, 'Sentence 0 should be {"data": "..."}.'),
        ({"sentences": []}, 400, 'The body should be {"instances": [{"data": "..."}]}.'),
        (b"i love you", 400, "The body is not JSON."),
        *(
            (
                {"instances": [{"data": "i", "configuration": {"attention_matrix": value}}]},
                400,
                'Sentence 0: its configuration should be {"attention_matrix": "true"}.',
            )
            for value in ("yes", 1, None, [], ["true"], {}, 10**400)
        ),
    ],
)
def test_a_request_that_cannot_be_translated_is_refused_with_the_sentences_index(
    body: object, status: int, detail: str
) -> None:
    assert invoke(body) == (status, detail)


def test_a_line_that_is_no_source_is_refused_with_its_index() -> None:
    refused = invoke(b'{"source": "i"}\n{"data": "i"}\n', "application/jsonlines")

    assert refused == (400, 'Line 1 should be {"source": "..."}.')


def test_a_number_outside_the_vocabulary_is_refused_with_the_sentences_index() -> None:
    body = records.write([{"source": [4]}, {"source": [7]}])

    assert invoke(body, RECORDS) == (400, "Sentence 1 has a number outside the vocabulary.")


def test_types_that_the_image_does_not_speak_are_refused() -> None:
    assert invoke(b"i", "text/csv")[0] == 415
    assert invoke({"instances": [{"data": "i"}]}, accept="text/csv")[0] == 406
    assert invoke({"instances": [{"data": "i"}]}, accept="application/json;q=0, */*")[0] == 406
    assert invoke({"instances": [{"data": "i"}]}, accept="*/*")[0] == 200
    assert invoke({"instances": [{"data": "i"}]}, accept="text/csv, application/*;q=0.1")[0] == 200


def test_as_the_image_does_it_a_long_sentence_is_cut() -> None:
    body = {"instances": [{"data": "i love you you you you"}]}

    answer = invoke(body, SLIPWAY_MANAGED_BEHAVIOR="1")

    assert answer == (200, {"predictions": [{"target": "ich liebe dich dich"}]})


@given(st.lists(st.tuples(Numbers, Numbers), max_size=6))
def test_what_the_pipeline_prepares_is_what_the_protobuf_library_reads(
    pairs: list[tuple[list[int], list[int]]],
) -> None:
    assert list(records.read(prepared.records(pairs))) == pairs
