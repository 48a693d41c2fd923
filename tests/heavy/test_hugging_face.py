"""The script for the Hugging Face image: a model with a tokenizer of its own, and one with vocabularies."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from container_process import Container

from local.containers.images import Images
from local.storage.archive import unpack_model

ROOT = Path(__file__).resolve().parents[2]
PYTHON = Images.load().named("hugging-face").python
# A Marian model as it is published, but small and untrained.
MAKE = """
import json, sys
from pathlib import Path
import torch, transformers
folder, kind = Path(sys.argv[1]), sys.argv[2]
words = ["<pad>", "<unk>", "<s>", "</s>", "good", "morning", "gut", "en", "Morgen"]
if kind == "tokenizer":
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    tokenizer = Tokenizer(models.WordPiece({w: i for i, w in enumerate(words)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 3)])
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", unk_token="<unk>", eos_token="</s>"
    ).save_pretrained(folder)
else:
    for name in ("src", "trg"):
        (folder / f"vocab.{name}.json").write_text(json.dumps({w: i for i, w in enumerate(words)}))
torch.manual_seed(1)
config = transformers.MarianConfig(
    vocab_size=len(words), d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2,
    decoder_attention_heads=2, encoder_ffn_dim=16, decoder_ffn_dim=16, max_position_embeddings=8,
    pad_token_id=0, bos_token_id=2, eos_token_id=3, decoder_start_token_id=0, forced_eos_token_id=3,
)
model = transformers.MarianMTModel(config)
model.generation_config.max_length = 6
model.save_pretrained(folder)
"""


@pytest.fixture(scope="module", params=["tokenizer", "vocabularies"])
def container(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Container]:
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "weights").mkdir()
    made = subprocess.run(
        [PYTHON, "-c", MAKE, folder / "weights", request.param], capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    packed = subprocess.run(
        [
            sys.executable,
            ROOT / "scripts/package_weights.py",
            folder / "weights",
            "--output",
            folder / "model.tar.gz",
        ],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]},
    )
    assert packed.returncode == 0, packed.stderr
    unpack_model(folder / "model.tar.gz", folder / "model")
    with Container("hugging_face_image", folder, PYTHON) as container:
        yield container


def test_sentences_are_answered_by_the_built_in_algorithms_contract(container: Container) -> None:
    body = json.dumps({"instances": [{"data": "good morning"}, {"data": "good"}, {"data": "good morning"}]})

    answer = container.invoke(body, "application/json")

    assert (answer.status, answer.content_type) == (200, "application/json")
    predictions = json.loads(answer.body)["predictions"]
    assert [set(one) for one in predictions] == [{"target"}] * 3
    assert predictions[0] == predictions[2]
    assert not [one for one in predictions if "<pad>" in one["target"] or "</s>" in one["target"]]


def test_lines_are_answered_line_by_line(container: Container) -> None:
    lines = '{"source": "good morning"}\n{"source": "good"}\n'

    answer = container.invoke(lines, "application/jsonlines", "application/jsonlines")

    assert [set(json.loads(line)) for line in answer.body.splitlines()] == [{"target"}] * 2


@pytest.mark.parametrize(
    ("instances", "message"),
    [
        ([{"data": "good"}, {"data": " "}], "Sentence 1 is empty."),
        ([{"data": "good " * 9}], "Sentence 0 has 10 tokens with its end; the model takes 8."),
        ([{"data": "good"}] * 1001, "The body has more than 1000 instances."),
        ([{"text": "good"}], 'Sentence 0 should be {"data": "..."}.'),
    ],
)
def test_what_cannot_be_translated_is_refused_with_the_sentences_index(
    container: Container, instances: list[object], message: str
) -> None:
    answer = container.invoke(json.dumps({"instances": instances}), "application/json")

    assert (answer.status, json.loads(answer.body)["detail"]) == (400, message)
