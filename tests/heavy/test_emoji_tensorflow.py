"""What the emoji network's training in the TensorFlow image exports."""

import json

import numpy as np
import pytest
from emoji_jobs import TENSORFLOW, Lab, Trained, run_in

IDS = [[2, 5, 15, 3], [2, 6, 3, 0], [2, 16, 18, 3]]
MASK = [[1, 1, 1, 1], [1, 1, 1, 0], [1, 1, 1, 1]]
SEGMENTS = [[0] * 4] * 3
TWEETS = json.dumps([IDS, MASK, SEGMENTS])

SAVED_MODEL = f"""
import json, sys
import tensorflow as tf
signature = tf.saved_model.load(sys.argv[1]).signatures["serving_default"]
ids, mask, segments = (tf.constant(one, tf.int64) for one in {TWEETS})
print(json.dumps(signature(input_ids=ids, input_mask=mask, segment_ids=segments)["logits"].numpy().tolist()))
"""
KERAS = f"""
import json, sys
from pathlib import Path
import safetensors_file
from emoji_encoder import Network, Shape
folder = Path(sys.argv[1])
network = Network(Shape.of(json.loads((folder / "config.json").read_text())), 10)
network.load(safetensors_file.read(folder / "weights.safetensors"), 0)
print(json.dumps(network(*map(__import__("tensorflow").constant, {TWEETS})).numpy().tolist()))
"""
TRANSFORMERS = f"""
import json, sys
import torch
from safetensors.torch import load_file
from transformers import BertConfig, BertModel
weights = load_file(sys.argv[1] + "/weights.safetensors")
head = [weights.pop("classifier.weight"), weights.pop("classifier.bias")]
config = BertConfig(**json.load(open(sys.argv[1] + "/config.json")), attn_implementation="eager")
model = BertModel(config, add_pooling_layer=False).eval()
model.load_state_dict(weights)
ids, mask, segments = (torch.tensor(one) for one in {TWEETS})
with torch.inference_mode():
    tokens = model(ids, attention_mask=mask, token_type_ids=segments).last_hidden_state
    mean = (tokens * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
    print(json.dumps(torch.nn.functional.linear(mean, *head).tolist()))
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return Lab(tmp_path_factory.mktemp("emoji"), TENSORFLOW)


@pytest.fixture(scope="module")
def trained(lab: Lab) -> Trained:
    return lab.train("one", batch_size="16", learning_rate="0.01")


def test_the_weights_are_stored_once(trained: Trained) -> None:
    variables = sum(path.stat().st_size for path in (trained.model / "emoji/1/variables").iterdir())

    assert variables < 1.3 * (trained.model / "weights.safetensors").stat().st_size


@pytest.mark.parametrize("reference", ["keras", "transformers"])
def test_the_saved_model_answers_as_the_reference_does(lab: Lab, trained: Trained, reference: str) -> None:
    served = run_in("tensorflow-training", SAVED_MODEL, trained.model / "emoji/1")

    if reference == "keras":
        expected = run_in("tensorflow-training", KERAS, trained.model, path=lab.folder / "source")
    else:
        expected = run_in("seq2seq", TRANSFORMERS, trained.model)

    np.testing.assert_allclose(served, expected, atol=1e-5)


def test_a_trained_archive_is_exported_without_training(lab: Lab, trained: Trained) -> None:
    key = "out/one/output"

    exported = lab.train(
        "export", epochs="0", channels={"weights": key, "train": "", "validation": "", "texts": ""}
    )

    for name in ("weights.safetensors", "settings.json", "labels.json", "vocab.txt", "config.json"):
        assert (exported.model / name).read_bytes() == (trained.model / name).read_bytes(), name
    before, after = (
        run_in("tensorflow-training", SAVED_MODEL, one.model / "emoji/1") for one in (trained, exported)
    )
    np.testing.assert_allclose(after, before, atol=1e-6)


def test_dropout_is_the_same_on_any_number_of_instances(lab: Lab) -> None:
    options = {"batch_size": "29", "learning_rate": "0.01", "dropout": "0.3"}

    one, two = lab.train("alone", **options), lab.train("together", instances=2, **options)

    assert two.metrics("checksum", 0) == two.metrics("checksum", 1) != []
    np.testing.assert_allclose(two.metrics("train_loss"), one.metrics("train_loss"), rtol=1e-3)
