"""The candidate notebook as the workshop walks it, from its first cell to its last, against `serve`."""

import io
import json
import signal
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from assembly_files import REGION
from laptop import BUCKET, ROLE, Laptop, write_project
from model_scripts import ROOT, load, run
from nbclient import NotebookClient

record_io = load("shared/recordio/record_io")
inference = load("automl/transform/inference")

FOLDERS = {
    "hold_out": ("input", "development", "test", "labels"),
    "split": ("development", "train", "validation"),
    "analyze": ("development", "analysis", "candidates", "notebooks"),
}
IMAGES = {"SCIKIT_LEARN": "sagemaker-scikit-learn:1.9-0", "XGBOOST": "sagemaker-xgboost:3.2-0"}
IMAGES["LINEAR_LEARNER"] = "linear-learner:1"
NOTEBOOK = "SageMakerAutopilotCandidateDefinitionNotebook.ipynb"
COMPONENTS = 7


@pytest.fixture(scope="module")
def analyzed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the pipeline's first steps leave of a sample."""
    folder = tmp_path_factory.mktemp("analyzed")
    for name in {one for names in FOLDERS.values() for one in names}:
        (folder / name).mkdir()
    (folder / "input" / "churn.txt").write_bytes(load("churn/sample/__main__").sample(800, seed=3))
    for job, names in FOLDERS.items():
        arguments = [argument for name in names for argument in (f"--{name}", folder / name)]
        result = run(f"automl/{job}", *arguments, "--target", "Churn?")
        assert result.returncode == 0, result.stderr
    return folder


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory, analyzed: Path) -> Iterator[Laptop]:
    """`serve` with the images of the project beside the one of the workspace's endpoint."""
    project = write_project(tmp_path_factory.mktemp("laptop"))
    versions = project.folder / "versions.toml"
    fake, _, _ = versions.read_text().partition("[images.serving]")
    images = (ROOT / "versions.toml").read_text().replace('"containers/', f'"{ROOT}/containers/')
    versions.write_text(f"{images}\n{fake}")
    laptop = Laptop(project)
    try:
        for part in ("train", "validation"):
            rows = (analyzed / part / "rows.csv").read_bytes()
            laptop.client("s3").put_object(Bucket=BUCKET, Key=f"split/{part}/rows.csv", Body=rows)
        yield laptop
    finally:
        assert laptop.end(signal.SIGINT) == 0, laptop.errors()


@pytest.fixture(scope="module")
def executed(analyzed: Path, laptop: Laptop, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The notebook with two of its ten candidates left, one of them edited, and three training jobs."""
    notebook = nbformat.read(analyzed / "notebooks" / NOTEBOOK, as_version=4)
    selected = [cell for cell in notebook.cells if "select_candidate(" in cell.source]
    deleted = [one for one in selected if "'dpp0'" not in one.source and "'dpp2'" not in one.source]
    assert (len(selected), len(deleted)) == (10, 8)
    notebook.cells = [cell for cell in notebook.cells if cell not in deleted]
    for cell in notebook.cells:
        cell.source = cell.source.replace("max_jobs=8", "max_jobs=4").replace(
            "parallel_jobs=4", "parallel_jobs=2"
        )
    dpp2 = analyzed / "candidates/generated_module/candidate_data_processors/dpp2.py"
    dpp2.write_text(dpp2.read_text().replace("n_components=26", f"n_components={COMPONENTS}"))
    environ = {
        "AWS_ENDPOINT_URL": laptop.state["url"],
        "AWS_ACCESS_KEY_ID": "dummy",
        "AWS_SECRET_ACCESS_KEY": "dummy",
        "AWS_DEFAULT_REGION": REGION,
        "AUTOML_ROLE_ARN": ROLE,
        "AUTOML_OUTPUT": f"s3://{BUCKET}/notebook",
        "AUTOML_TRAIN": f"s3://{BUCKET}/split/train",
        "AUTOML_VALIDATION": f"s3://{BUCKET}/split/validation",
        "AUTOML_POLL_SECONDS": "0.2",
        "IPYTHONDIR": str(tmp_path_factory.mktemp("ipython")),
        **{
            f"AUTOML_{name}_IMAGE": f"000000000000.dkr.ecr.{REGION}.amazonaws.com/{image}"
            for name, image in IMAGES.items()
        },
    }
    place = {"metadata": {"path": str(analyzed / "notebooks")}}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        NotebookClient(notebook, timeout=600, kernel_name="python3", resources=place).execute()
    return notebook


def shown(notebook: Any, source: str) -> str:
    """What the cell with that in its source has answered, as a page or else as text."""
    [cell] = [one for one in notebook.cells if one.cell_type == "code" and source in one.source]
    [data] = [output.data for output in cell.outputs if "data" in output]
    return str(data.get("text/html") or data["text/plain"])


def test_the_two_candidates_that_are_left_are_displayed(executed: Any) -> None:
    page = shown(executed, "display_candidates")
    assert page.count("<tr>") == 3
    assert page.index("dpp0-xgboost") < page.index("dpp2-linear-learner")


def test_all_trials_are_shown_and_both_algorithms_are_among_them(executed: Any) -> None:
    page = shown(executed, ".trials()")
    assert page.count("<td>Completed</td>") == 4
    for expected in (
        "dpp0-xgboost",
        "dpp2-linear-learner",
        "validation:f1_binary",
        "validation:binary_f_beta",
    ):
        assert expected in page


def test_the_endpoint_has_answered_labels_and_is_gone_again(executed: Any, laptop: Laptop) -> None:
    answer, labels = eval(shown(executed, ".invoke("), {})  # noqa: S307
    assert {*answer.splitlines()} | {*labels} <= {"False.", "True."}
    assert len(answer.splitlines()) == len(labels) == 2
    sagemaker = laptop.client("sagemaker")
    run = shown(executed, "deploy(").strip("'").removesuffix("-best")
    assert not any(run in one["EndpointName"] for one in sagemaker.list_endpoints()["Endpoints"])
    assert not any(run in one["ModelName"] for one in sagemaker.list_models()["Models"])


@pytest.mark.parametrize(("candidate", "width"), [("dpp0", None), ("dpp2", COMPONENTS)])
def test_the_features_are_those_of_the_candidates_file_as_it_was_edited(
    executed: Any, laptop: Laptop, analyzed: Path, tmp_path: Path, *, candidate: str, width: int | None
) -> None:
    """In the service as in this process, from the same archive."""
    s3 = laptop.client("s3")
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET, Prefix="notebook/")["Contents"]]

    def read(ending: str) -> bytes:
        [key] = [key for key in keys if key.endswith(ending)]
        return bytes(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())

    with tarfile.open(fileobj=io.BytesIO(read(f"-{candidate}/output/model.tar.gz"))) as archive:
        archive.extractall(tmp_path, filter="data")
    known = {
        one["data_processor"]: one
        for one in json.loads((analyzed / "candidates/candidates.json").read_text())
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTOML_SPARSE_ENCODE_RECORDIO_PROTOBUF", str(int(known[candidate]["sparse"])))
        model = inference.model_fn(str(tmp_path))
    rows = (analyzed / "validation" / "rows.csv").read_bytes()
    expected, _ = inference.transform_fn(model, rows, "text/csv", record_io.RECORDIO)
    made = read(f"transformed-data/{candidate}/validation/rows.csv.out")
    assert made == expected
    records = record_io.read(made)
    assert records.labels is not None
    assert {*records.labels.tolist()} == {0, 1}
    assert width in (None, records.features.shape[1])
