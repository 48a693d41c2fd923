"""What all of the emoji workload's scripts share: cleaning, WordPiece and records."""

import struct
from pathlib import Path
from typing import Any

import google_crc32c
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from hypothesis import given
from hypothesis import strategies as st
from model_scripts import load
from tokenizers.implementations import BertWordPieceTokenizer

text = load("shared/tweets/tweet_text")
wordpiece = load("shared/tweets/wordpiece")
records = load("shared/tweets/tweet_records")

MARKS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]


@pytest.mark.parametrize(
    ("tweet", "cleaned"),
    [
        ("I am good", "i am good"),
        ("@someone_1 Happy   birthday!!!", "happy birthday"),
        ("don't @me, ok?", "don't ok"),
        ("So #blessed\nand 100% sure", "so blessed and 100 sure"),
        ("caf\u00e9 \u2764\ufe0f it\u2019s", "caf it s"),
        ("\u212a\u0130 \u0660 \ud800", ""),
        ("a@b c", "a c"),
        ("@ home", "home"),
        ("\x00<b>'</b>", "b ' b"),
        ("", ""),
    ],
)
def test_a_tweet_is_its_words_in_lower_case_without_mentions(tweet: str, cleaned: str) -> None:
    assert text.clean(tweet) == cleaned


@given(st.text())
def test_what_is_clean_already_stays_as_it_is(tweet: str) -> None:
    once = text.clean(tweet)

    assert text.clean(once) == once
    assert set(once) <= set("abcdefghijklmnopqrstuvwxyz0123456789' ")


def test_there_are_ten_emojis_none_twice() -> None:
    assert len(set(text.EMOJIS)) == len(text.EMOJIS) == 10


pieces = st.text(alphabet="ab'", min_size=1, max_size=3)
vocabularies = st.lists(pieces | pieces.map("##{}".format), unique=True).map(lambda tokens: MARKS + tokens)
texts = st.lists(st.text(alphabet="abc'", min_size=1, max_size=8)).map(" ".join)


@given(vocabularies, texts, st.integers(2, 12))
def test_tokens_are_those_of_the_tokenizers_library(vocabulary: list[str], cleaned: str, most: int) -> None:
    library = BertWordPieceTokenizer({token: number for number, token in enumerate(vocabulary)})
    library.enable_truncation(most)

    assert wordpiece.WordPiece(vocabulary).encode(cleaned, most) == library.encode(cleaned).ids


@pytest.mark.parametrize("length", [99, 100, 101])
def test_a_word_of_more_than_100_characters_is_unknown_as_in_the_library(length: int) -> None:
    vocabulary = [*MARKS, "a", "##a"]
    library = BertWordPieceTokenizer({token: number for number, token in enumerate(vocabulary)})

    expected = library.encode("a" * length).ids
    assert wordpiece.WordPiece(vocabulary).encode("a" * length, 200) == expected
    assert len(expected) == (3 if length > 100 else length + 2)


def test_a_vocabulary_is_a_file_of_tokens_that_may_be_any_character(tmp_path: Path) -> None:
    path = tmp_path / "vocab.txt"
    path.write_bytes("[PAD]\n[UNK]\n[CLS]\n[SEP]\n\u2028\ngood\n".encode())

    assert wordpiece.WordPiece(path).encode("good") == [2, 5, 3]


def test_a_vocabulary_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match=r"has no \[CLS\] and no \[SEP\]"):
        wordpiece.WordPiece(["[PAD]", "[UNK]", "good"])


def protobuf_example() -> Any:
    """TensorFlow's message Example, as far as it is needed here, by the protobuf library itself."""
    proto = descriptor_pb2.FileDescriptorProto(name="example.proto", package="tf", syntax="proto3")
    field = descriptor_pb2.FieldDescriptorProto
    members: dict[str, list[tuple[str, int, int, int, str | None]]] = {
        "Int64List": [("value", 1, field.LABEL_REPEATED, field.TYPE_INT64, None)],
        "Feature": [("int64_list", 3, field.LABEL_OPTIONAL, field.TYPE_MESSAGE, ".tf.Int64List")],
        "Features": [("feature", 1, field.LABEL_REPEATED, field.TYPE_MESSAGE, ".tf.Features.FeatureEntry")],
        "Example": [("features", 1, field.LABEL_OPTIONAL, field.TYPE_MESSAGE, ".tf.Features")],
    }
    for name, fields in members.items():
        message = proto.message_type.add(name=name)
        for member, number, label, kind, type_name in fields:
            message.field.add(name=member, number=number, label=label, type=kind, type_name=type_name)
    entry = proto.message_type[2].nested_type.add(name="FeatureEntry")
    entry.options.map_entry = True
    entry.field.add(name="key", number=1, label=field.LABEL_OPTIONAL, type=field.TYPE_STRING)
    entry.field.add(
        name="value", number=2, label=field.LABEL_OPTIONAL, type=field.TYPE_MESSAGE, type_name=".tf.Feature"
    )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(proto)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("tf.Example"))


EXAMPLE = protobuf_example()


def masked(content: bytes) -> bytes:
    crc = google_crc32c.value(content)
    return struct.pack("<I", ((crc >> 15) + (crc << 17 & 0xFFFFFFFF) + 0xA282EAD8) % (1 << 32))


def frame(message: bytes) -> bytes:
    length = struct.pack("<Q", len(message))
    return length + masked(length) + message + masked(message)


def messages(content: bytes) -> list[bytes]:
    """The messages of a TFRecord file whose CRCs are right."""
    found = []
    while content:
        (length,) = struct.unpack("<Q", content[:8])
        found.append(content[12 : 12 + length])
        assert content.startswith(frame(found[-1]))
        content = content[16 + length :]
    return found


numbers = st.integers(0, (1 << 63) - 1)
examples = st.integers(0, 40).flatmap(
    lambda length: st.builds(
        records.Example, *[st.lists(numbers, min_size=length, max_size=length)] * 3, label_ids=numbers
    )
)


@given(written=st.lists(examples, max_size=4))
def test_records_are_read_as_they_were_written_and_as_the_protobuf_library_reads_them(
    tmp_path_factory: pytest.TempPathFactory, written: list[Any]
) -> None:
    path = tmp_path_factory.mktemp("records") / "part.tfrecord"
    records.write(path, written)

    assert list(records.read(path)) == written
    for example, message in zip(written, messages(path.read_bytes()), strict=True):
        features = EXAMPLE.FromString(message).features.feature
        assert set(features) == set(example._fields)
        assert {
            name: list(features[name].int64_list.value) for name in ("input_ids", "input_mask", "segment_ids")
        } == {"input_ids": example[0], "input_mask": example[1], "segment_ids": example[2]}
        assert list(features["label_ids"].int64_list.value) == [example.label_ids]


@given(examples)
def test_records_that_the_protobuf_library_wrote_are_read(
    tmp_path_factory: pytest.TempPathFactory, example: Any
) -> None:
    message = EXAMPLE()
    for name, value in zip(example._fields, example, strict=True):
        content = [value] if name == "label_ids" else value
        message.features.feature[name].int64_list.value.extend(content)
    path = tmp_path_factory.mktemp("records") / "part.tfrecord"
    path.write_bytes(frame(message.SerializeToString()))

    assert list(records.read(path)) == [example]


def test_an_example_is_padded_and_its_mask_says_where() -> None:
    assert records.Example.padded([2, 7, 3], 9, length=5) == ([2, 7, 3, 0, 0], [1, 1, 1, 0, 0], [0] * 5, 9)
    with pytest.raises(ValueError, match="at most 2 tokens, got 3"):
        records.Example.padded([2, 7, 3], 9, length=2)


def good_file(path: Path) -> bytes:
    records.write(path, [records.Example.padded([2, 300 + i, 3], i, length=4) for i in range(3)])
    return path.read_bytes()


@given(st.data())
def test_a_damaged_file_is_refused_with_its_name_and_record(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("records") / "part.tfrecord"
    content = bytearray(good_file(path))
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(content)

    record = place // (len(content) // 3) + 1
    with pytest.raises(records.RecordError, match=f"part.tfrecord, record {record}: the CRC"):
        list(records.read(path))


def test_a_file_that_ends_within_a_record_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "part.tfrecord"
    content = good_file(path)
    whole = len(content) // 3
    for length in range(1, whole):
        path.write_bytes(content[: whole + length])
        with pytest.raises(records.RecordError, match=r"record 2: the CRC .* the file is damaged"):
            list(records.read(path))


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b"", "there is no feature input_ids"),
        (b"\x08\x01", "expected a message of packed fields, got a field of wire type 0"),
        (b"\x0a\x05\x0a", "a field is longer than its message"),
        (b"\x0a", "expected whole numbers .* larger or cut off"),
        (b"\x0a" + b"\xff" * 10 + b"\x01", "expected whole numbers .* larger or cut off"),
    ],
)
def test_a_message_that_is_no_example_is_refused(tmp_path: Path, message: bytes, reason: str) -> None:
    path = tmp_path / "part.tfrecord"
    path.write_bytes(frame(message))

    with pytest.raises(records.RecordError, match=f"part.tfrecord, record 1: {reason}"):
        list(records.read(path))


@pytest.mark.parametrize("number", [-1, 1 << 63])
def test_a_number_that_is_no_token_leaves_no_file(tmp_path: Path, number: int) -> None:
    path = tmp_path / "part.tfrecord"

    with pytest.raises(ValueError, match="expected a number from 0 on"):
        records.write(path, [records.Example([number], [1], [0], 1)])
    assert not path.exists()
