"""What the emoji network's training does that is torch's alone: its batches, and bfloat16."""

from itertools import pairwise

import numpy as np
import pytest
from emoji_jobs import TORCH, Lab, run_in

BATCHES = """
import json, sys
from pathlib import Path
from torch_records import Records
records = Records(Path(sys.argv[1]))
drawn = [records.batches(29, seed) for seed in (1, 1, 2)]
print(json.dumps({
    "places": [[batch.tolist() for batch in batches] for batches in drawn],
    "lengths": records.lengths.tolist(),
}))
"""
DTYPES = """
import json, sys
from safetensors.numpy import load_file
print(json.dumps(sorted({str(array.dtype) for array in load_file(sys.argv[1]).values()})))
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return Lab(tmp_path_factory.mktemp("emoji"), TORCH)


def test_an_epoch_has_each_tweet_once_in_batches_of_one_length(lab: Lab) -> None:
    found = run_in("emoji-training", BATCHES, lab.folder / "train", path=lab.folder / "source")

    one, again, other = found["places"]
    assert one == again != other
    for batches in (one, other):
        assert sorted(place for batch in batches for place in batch) == list(range(320))
        assert {len(batch) for batch in batches} <= {26, 27}
        lengths = sorted(sorted(found["lengths"][place] for place in batch) for batch in batches)
        assert all(before[-1] <= after[0] for before, after in pairwise(lengths))


def test_bfloat16_learns_as_float32_does_and_leaves_float32(lab: Lab) -> None:
    options = {"batch_size": "29", "learning_rate": "0.01"}

    half, whole = (lab.train(kind, precision=kind, **options) for kind in ("bfloat16", "float32"))

    assert ("precision=bfloat16\n" in half.logs[0], "precision=float32\n" in whole.logs[0]) == (True, True)
    np.testing.assert_allclose(half.metrics("train_loss"), whole.metrics("train_loss"), rtol=0.01)
    assert half.metrics("checksum") != whole.metrics("checksum")
    assert run_in("emoji-training", DTYPES, half.model / "weights.safetensors") == ["float32"]
