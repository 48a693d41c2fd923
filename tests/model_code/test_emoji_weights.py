"""What a training of the emoji network begins with: published weights, or an archive."""

import json
from pathlib import Path

import pytest
from model_scripts import load
from tiny_bert import CONFIG, archive, published

weights = load("shared/emoji_training/emoji_weights")


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
