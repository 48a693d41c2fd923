import io
import tarfile
from pathlib import Path

import numpy as np
import pytest
from model_scripts import load
from whole_way import HYPERPARAMETERS, Chain, Part

score = load("shared/xgboost_score/__main__")


def packed(folder: Path, name: str, content: bytes) -> Path:
    with tarfile.open(folder / "model.tar.gz", "w:gz") as tar:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
    return folder


def command(folder: Path) -> list[str]:
    return ["--model", str(folder), "--validation", str(folder), "--output", str(folder / "output")]


@pytest.mark.parametrize("name", ["xgboost-model", "./xgboost-model"])
def test_scores_are_those_that_serving_gives_behind_their_labels(
    tmp_path: Path, chain: Chain, parts: tuple[Part, ...], name: str
) -> None:
    validation = parts[1]
    features = chain.features(validation.body).splitlines()
    rows = zip(validation.labels, features, strict=True)
    (tmp_path / "validation.csv").write_text("".join(f"{label:.0f},{row}\n" for label, row in rows))
    packed(tmp_path, name, bytes(chain.xgboost.save_raw("ubj")))
    score.main(command(tmp_path))
    assert [path.name for path in (tmp_path / "output").iterdir()] == ["scores.csv"]
    written = np.loadtxt(tmp_path / "output/scores.csv", delimiter=",")
    np.testing.assert_array_equal(written[:, 0], validation.labels)
    np.testing.assert_array_equal(written[:, 1].astype(np.float32), chain.scores(validation.body))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("other", b"", "no file xgboost-model in it; expected what XGBoost's image trained"),
        ("xgboost-model", b"\x80\x04cos\nsystem\n.", ""),
    ],
)
def test_an_archive_without_the_model_and_one_with_a_pickle_are_refused(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / "validation.csv").write_text("0,1\n")
    packed(tmp_path, name, content)
    with pytest.raises(SystemExit, match=r"^error: ") as refusal:
        score.main(command(tmp_path))
    assert message in str(refusal.value)
    assert not (tmp_path / "output").exists()


def test_a_folder_without_rows_is_refused(tmp_path: Path, chain: Chain) -> None:
    packed(tmp_path, "xgboost-model", bytes(chain.xgboost.save_raw("ubj")))
    with pytest.raises(SystemExit, match=r"no \*\.csv file"):
        score.main(command(tmp_path))


def test_hyperparameters_are_texts_as_sagemaker_takes_them() -> None:
    assert {type(value) for value in HYPERPARAMETERS.values()} == {str}
