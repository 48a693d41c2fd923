"""The two frameworks beside each other: from the same weights and tweets they take the same steps."""

import shutil
from pathlib import Path

import numpy as np
from emoji_jobs import TENSORFLOW, TORCH, Lab, Trained

# All tweets are one batch, for each framework draws batches in its own order.
ALL_TOGETHER = {"batch_size": "320", "dropout": "0"}


def test_training_is_the_same_in_both_frameworks(tmp_path: Path) -> None:
    labs = {one.source.name: Lab(tmp_path / one.source.name, one) for one in (TENSORFLOW, TORCH)}
    start = labs["train_tensorflow"]
    start.train("start", max_steps="1", learning_rate="1e-6", **ALL_TOGETHER)
    (tmp_path / "start").mkdir()
    shutil.copy(start.services.storage.path("s3://data/out/start/output/model.tar.gz"), tmp_path / "start")

    def trained(name: str, **options: str) -> Trained:
        labs[name].put("start", tmp_path / "start")
        given = {"epochs": "30", "learning_rate": "0.01", **ALL_TOGETHER, **options}
        return labs[name].train("same", channels={"weights": "start"}, **given)

    tensorflow, torch = trained("train_tensorflow"), trained("train_torch", precision="float32")

    assert tensorflow.metrics("train_loss")[-1] < tensorflow.metrics("train_loss")[0] / 1.5
    for metric in ("train_loss", "validation_loss", "blended_loss"):
        np.testing.assert_allclose(
            torch.metrics(metric), tensorflow.metrics(metric), rtol=1e-3, err_msg=metric
        )
