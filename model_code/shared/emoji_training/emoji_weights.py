"""What training starts from: published weights, or an archive that an earlier training has left.

Both have `vocab.txt` and `config.json`, the configuration of Hugging Face's BERT. Published weights are
`model.safetensors`; an archive, `model.tar.gz`, has `weights.safetensors` with the trained head.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model_archive import unpack
from wordpiece import WordPiece

ARCHIVE = "model.tar.gz"
PUBLISHED, TRAINED = "model.safetensors", "weights.safetensors"
VOCABULARY, CONFIGURATION, SETTINGS = "vocab.txt", "config.json", "settings.json"
_SIZES = (
    "vocab_size",
    "max_position_embeddings",
    "type_vocab_size",
    "hidden_size",
    "intermediate_size",
    "num_hidden_layers",
    "num_attention_heads",
)


@dataclass(frozen=True)
class Weights:
    """A folder with the weights, `file`, and what they need; `trained` where it is an archive's."""

    folder: Path
    trained: bool

    @classmethod
    def of(cls, channel: Path, scratch: Path) -> "Weights":
        """Those of a channel's folder; an archive in it is unpacked into `scratch`.

        Refuses (ValueError) a folder that lacks one of the files.
        """
        trained = (channel / ARCHIVE).exists()
        folder = _unpacked(channel / ARCHIVE, scratch) if trained else channel
        found = cls(folder, trained)
        for path in (found.file, found.vocabulary, found.folder / CONFIGURATION):
            if not path.is_file():
                raise ValueError(
                    f"expected {path.name} in the channel {channel.name}; found {_names(folder)}"
                )
        return found

    @property
    def file(self) -> Path:
        """The weights in safetensors, by Hugging Face's names."""
        return self.folder / (TRAINED if self.trained else PUBLISHED)

    @property
    def vocabulary(self) -> Path:
        return self.folder / VOCABULARY

    def check_vocabulary(self) -> None:
        """Refuse (ValueError) a vocabulary without BERT's marks, or of more tokens than the weights have."""
        try:
            tokens = len(WordPiece(self.vocabulary).tokens)
        except ValueError as error:
            raise ValueError(f"{VOCABULARY}: {error}") from None
        most = self.config["vocab_size"]
        if tokens > most:
            raise ValueError(f"{VOCABULARY}: expected vocab_size, {most}, tokens at most, got {tokens}")

    @property
    def config(self) -> Mapping[str, Any]:
        """The content of config.json. Refuses (ValueError) what is no configuration of BERT with GELU."""
        try:
            document = json.loads((self.folder / CONFIGURATION).read_text(encoding="utf-8"))
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            raise ValueError(f"{CONFIGURATION}: expected a JSON object, got something else")
        _check(document)
        return document


def linear_of(channel: Path | None, scratch: Path) -> Path | None:
    """The folder `linear` of the linear model's archive in a channel; None without a channel.

    Refuses (ValueError) an archive that has none.
    """
    if channel is None:
        return None
    folder = _unpacked(channel / ARCHIVE, scratch) / "linear"
    if not folder.is_dir():
        raise ValueError(f"expected a folder linear in the {ARCHIVE} of the channel {channel.name}")
    return folder


def _check(config: Mapping[str, Any]) -> None:
    for name in _SIZES:
        if type(config.get(name)) is not int or config[name] < 1:
            raise ValueError(f"{CONFIGURATION}: expected {name} from 1 on, got {config.get(name)!r}")
    if config["hidden_size"] % config["num_attention_heads"]:
        raise ValueError(
            f"{CONFIGURATION}: expected hidden_size to be a multiple of num_attention_heads, "
            f"got {config['hidden_size']} and {config['num_attention_heads']}"
        )
    epsilon = config.get("layer_norm_eps")
    if not isinstance(epsilon, int | float) or not 0 < epsilon < 1:
        raise ValueError(f"{CONFIGURATION}: expected layer_norm_eps above 0, below 1, got {epsilon!r}")
    if config.get("hidden_act", "gelu") != "gelu":
        raise ValueError(f'{CONFIGURATION}: expected hidden_act to be "gelu", got {config["hidden_act"]!r}')


def _unpacked(archive: Path, scratch: Path) -> Path:
    unpack(archive, scratch)
    return scratch


def _names(folder: Path) -> str:
    return ", ".join(sorted(path.name for path in folder.iterdir())) or "nothing"
