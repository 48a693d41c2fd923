"""A BERT as small as one can be, as a folder of weights and as an archive: its shape, not its numbers."""

import json
import tarfile
from pathlib import Path

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
