"""`slipway transform` with the fake image, through a pipeline like the template's."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from assembly_files import tags, write_assembly, write_empty
from patience import PATIENCE
from pipelines import get
from runner import Runner

IMAGE = Path(__file__).parents[1] / "fake_image"
PARAMETERS = [
    {"Name": "InputData", "Type": "String", "DefaultValue": "s3://data/batch/in/"},
    {"Name": "JoinSource", "Type": "String", "DefaultValue": "None", "EnumValues": ["None", "Input"]},
]


def score(**changes: Any) -> dict[str, Any]:
    arguments = {
        "ModelName": "deployed",
        "BatchStrategy": "MultiRecord",
        "MaxPayloadInMB": 1,
        "MaxConcurrentTransforms": 4,
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": get("Parameters.InputData")}},
            "ContentType": "text/csv",
            "SplitType": "Line",
        },
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        "TransformOutput": {"S3OutputPath": "s3://data/batch/out", "AssembleWith": "Line"},
        "DataProcessing": {"JoinSource": get("Parameters.JoinSource")},
    }
    return {"Name": "Score", "Type": "Transform", "Arguments": {**arguments, **changes}}


def write(folder: Path, *pipelines: str, behavior: str = "refuse_bad", **changes: Any) -> Runner:
    """An assembly with a model of two containers and pipelines of these names."""
    body = {"Version": "2020-12-01", "Parameters": PARAMETERS, "Steps": [score(**changes)]}
    containers = [
        {"Image": "registry/fake:1", "ContainerHostname": name, "Environment": environment}
        for name, environment in (("a", {"TAG": "a"}), ("b", {"TAG": "b", "BEHAVIOR": behavior}))
    ]
    resources: dict[str, Any] = {
        "Data": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "data"}},
        "Model": {
            "Type": "AWS::SageMaker::Model",
            "Properties": {"ModelName": "deployed", "Containers": containers},
        },
    }
    for name in pipelines:
        definition = {"PipelineDefinitionBody": json.dumps(body)}
        tagged = tags(workload="shop", purpose="batch" if name.endswith("batch") else "training")
        properties = {"PipelineName": name, "PipelineDefinition": definition, "Tags": tagged}
        resources[name.replace("-", "")] = {"Type": "AWS::SageMaker::Pipeline", "Properties": properties}
    write_assembly(folder / "cdk.out", resources)
    table = f'[images.fake]\nrepository = "fake"\nmodule = "fake_image"\npath = ["{IMAGE}"]\n'
    (folder / "versions.toml").write_text(table)
    return Runner(folder)


@pytest.fixture
def shop(tmp_path: Path) -> Runner:
    return write(tmp_path, "slipway-dev-shop", "slipway-dev-shop-batch")


def left_over(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "build" / "s3" / "data").rglob("*") if path.is_file())


def test_a_file_goes_through_the_deployed_model_in_order(shop: Runner) -> None:
    (shop.folder / "rows.csv").write_text("".join(f"{number}\n" for number in range(300_000)))
    code, out, err = shop.run("transform", "shop", "rows.csv")
    assert code == 0, err
    assert out == "wrote build/batch/rows.csv.out\n"
    assert "300000 rows after" in err
    answers = (shop.folder / "build/batch/rows.csv.out").read_text().splitlines()
    assert answers == [f"{number},a,b" for number in range(300_000)]
    assert left_over(shop.folder) == []


def test_answers_may_be_joined_with_the_rows_and_go_to_any_file(shop: Runner) -> None:
    (shop.folder / "rows.csv").write_text("1\n2\n")
    code, out, err = shop.run("transform", "shop", "rows.csv", "--output", "deep/down.csv", "--join")
    assert (code, out) == (0, "wrote deep/down.csv\n"), err
    assert (shop.folder / "deep/down.csv").read_text() == "1,1,a,b\n2,2,a,b\n"


def test_the_answers_may_go_to_standard_output_and_nothing_else_does(shop: Runner) -> None:
    (shop.folder / "rows.csv").write_text("1\n2\n")
    code, out, err = shop.run("transform", "shop", "rows.csv", "--output", "-")
    assert (code, out) == (0, "1,a,b\n2,a,b\n"), err
    assert not (shop.folder / "-").exists()


def test_a_bad_line_is_named_by_the_users_file_and_its_number_and_nothing_is_written(shop: Runner) -> None:
    (shop.folder / "mine").mkdir()
    (shop.folder / "mine/customers.csv").write_text("1\n" * 700 + "bad\n" + "1\n" * 300)
    given = ("--set", "InputData=s3://data/batch/in/rows.csv", "--output", "out.csv")
    code, out, err = shop.run("transform", "shop", "mine/customers.csv", *given)
    assert (code, out) == (1, "")
    assert (
        'mine/customers.csv: line 701: Received client error (415) from container-2 with message "no' in err
    )
    assert "nothing was written" in err
    assert not (shop.folder / "out.csv").exists()
    assert left_over(shop.folder) == []


def test_no_data_that_others_have_put_into_s3_are_touched(shop: Runner) -> None:
    theirs = shop.folder / "build/s3/data/shop/train.csv"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("theirs")
    (shop.folder / "rows.csv").write_text("1\n")
    for key in ("shop", "shop/", "shop/train.csv"):
        code, _, err = shop.run("transform", "shop", "rows.csv", "--set", f"InputData=s3://data/{key}")
        assert (code, "holds files that this command did not put there" in err) == (1, True)
    assert theirs.read_text() == "theirs"
    assert not (shop.folder / "build/batch").exists() or not list((shop.folder / "build/batch").iterdir())


def test_the_output_never_takes_the_place_of_the_input(shop: Runner) -> None:
    (shop.folder / "rows.csv").write_text("1\n")
    (shop.folder / "link.csv").symlink_to("rows.csv")
    for name in ("rows.csv", "link.csv"):
        code, _, err = shop.run("transform", "shop", "rows.csv", "--output", name)
        assert (code, "is the file that is read" in err) == (2, True)
    assert (shop.folder / "rows.csv").read_text() == "1\n"


def test_a_pipe_is_read_and_a_folder_is_not(shop: Runner) -> None:
    (shop.folder / "rows.csv").write_text("1\n2\n")
    with shop.start("transform", "shop", "/dev/stdin", stdin=subprocess.PIPE) as command:
        out, err = command.communicate("1\n2\n", timeout=PATIENCE)
    assert (command.returncode, out) == (0, "wrote build/batch/data.out\n"), err
    assert (shop.folder / "build/batch/data.out").read_text() == "1,a,b\n2,a,b\n"
    code, _, err = shop.run("transform", "shop", "build")
    assert (code, "build is a folder; expected a file of records" in err) == (2, True)


def test_the_same_file_may_be_sent_again(shop: Runner) -> None:
    (shop.folder / "rows.csv").write_text("1\n")
    for _ in range(2):
        assert shop.run("transform", "shop", "rows.csv")[0] == 0
        assert (shop.folder / "build/batch/rows.csv.out").read_text() == "1,a,b\n"


@pytest.mark.parametrize(
    ("pipelines", "message"),
    [
        (
            ["slipway-dev-shop"],
            "no batch pipeline called shop; none exist yet",
        ),
        (
            ["one-batch", "two-batch"],
            "2 batch pipelines called shop; there are: shop (one-batch), shop (",
        ),
    ],
)
def test_a_workload_without_one_batch_pipeline_is_refused(
    tmp_path: Path, pipelines: list[str], message: str
) -> None:
    (tmp_path / "rows.csv").write_text("1\n")
    code, _, err = write(tmp_path, *pipelines).run("transform", "shop", "rows.csv")
    assert code == 2
    assert message in err


def test_a_workload_that_is_not_trained_is_refused_with_what_trains_it(shop: Runner) -> None:
    reason = "no trained hats in build/artifacts/hats: run `make train WORKLOAD=hats`"
    write_empty(shop.folder / "cdk.out", "hats", reason)
    (shop.folder / "rows.csv").write_text("1\n")
    code, out, err = shop.run("transform", "hats", "rows.csv")
    assert (code, out, err) == (2, "", f"error: hats has no batch pipeline here: {reason}\n")


def test_a_file_that_is_not_there_is_refused(shop: Runner) -> None:
    code, _, err = shop.run("transform", "shop", "gone.csv")
    assert code == 2
    assert "gone.csv: there is no such file" in err
