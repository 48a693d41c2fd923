"""`slipway monitor` over captures, with a baseline of its own, through a pipeline like the template's."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from assembly_files import tags, write_assembly
from captured_requests import HEADER, customers, line, write_captures
from pipelines import get
from runner import ROOT, SLIPWAY, Runner

from stacks.constructs.storage.carried import carried

FAKE_IMAGE = Path(__file__).parents[1] / "fake_image"
CODE = ROOT / "model_code" / "shared"
INPUTS = ("code", "captures", "statistics", "constraints", "labels")
NO_LABELS = "s3://data/baseline/constraints"
LABELS = "s3://data/batch/labels/shop"
NAME = "slipway-dev-shop"


def step() -> dict[str, Any]:
    uris = {name: f"s3://data/baseline/{name}" for name in ("statistics", "constraints", "code")}
    uris |= {"captures": f"s3://data/capture/shop/{NAME}/AllTraffic"}
    places: dict[str, Any] = {**uris, "labels": get("Parameters.Labels")}
    flags = {name: f"/opt/ml/processing/{name}" for name in (*INPUTS, "output") if name != "code"}
    options = {"endpoint": NAME, "schedule": f"{NAME}-monitor", "start": get("Parameters.StartTime")}
    options |= {"end": get("Parameters.EndTime"), "late": get("Parameters.LateSeconds")}
    return {
        "Name": "Monitor",
        "Type": "Processing",
        "Arguments": {
            "AppSpecification": {
                "ImageUri": "registry/fake:1",
                "ContainerEntrypoint": ["python3", "/opt/ml/processing/code"],
                "ContainerArguments": [
                    part for name, value in {**flags, **options}.items() for part in (f"--{name}", value)
                ],
            },
            "ProcessingInputs": [
                {
                    "InputName": name,
                    "S3Input": {"S3Uri": places[name], "LocalPath": f"/opt/ml/processing/{name}"},
                }
                for name in INPUTS
            ],
            "ProcessingOutputConfig": {
                "Outputs": [
                    {
                        "OutputName": "output",
                        "S3Output": {
                            "S3Uri": {
                                "Std:Join": {
                                    "On": "/",
                                    "Values": ["s3://data/out", get("Execution.PipelineExecutionId")],
                                }
                            },
                            "LocalPath": "/opt/ml/processing/output",
                        },
                    }
                ]
            },
        },
        "PropertyFiles": [
            {"PropertyFileName": "Monitoring", "OutputName": "output", "FilePath": "monitoring.json"}
        ],
    }


PARAMETERS = [
    {"Name": "StartTime", "Type": "String", "DefaultValue": "PT24H"},
    {"Name": "EndTime", "Type": "String", "DefaultValue": "now"},
    {"Name": "LateSeconds", "Type": "String", "DefaultValue": "600"},
    {"Name": "Labels", "Type": "String", "DefaultValue": NO_LABELS, "EnumValues": [NO_LABELS, LABELS]},
]


def shop_pipeline(purpose: str, name: str) -> dict[str, Any]:
    """A pipeline of one processing step that is called so."""
    body = {"Version": "2020-12-01", "Parameters": PARAMETERS, "Steps": [{**step(), "Name": name}]}
    return {
        "PipelineName": f"{NAME}-{purpose}",
        "PipelineDefinition": {"PipelineDefinitionBody": json.dumps(body)},
        "Tags": tags(workload="shop", purpose=purpose),
    }


class Shop(Runner):
    """A folder with a monitoring pipeline, its code and a baseline; nothing is captured yet."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.declare(shop_pipeline("monitoring", "Monitor"))
        table = f'[images.fake]\nrepository = "fake"\nmodule = "fake_image"\npath = ["{FAKE_IMAGE}"]\n'
        (folder / "versions.toml").write_text(table)
        self.bucket = folder / "build" / "s3" / "data"
        code = self.bucket / "baseline" / "code"
        shutil.copytree(CODE / "monitor", code, ignore=shutil.ignore_patterns("__pycache__"))
        for module in carried(CODE / "monitor"):
            shutil.copy(module, code)
        self._describe(folder / "train")

    def declare(self, pipeline: dict[str, Any]) -> None:
        """Make the pipeline the one of the assembly."""
        write_assembly(
            self.folder / "cdk.out",
            {
                "Data": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "data"}},
                "Pipeline": {"Type": "AWS::SageMaker::Pipeline", "Properties": pipeline},
            },
        )

    def _describe(self, data: Path) -> None:
        data.mkdir()
        rows = [HEADER, *customers(1000, 1)]
        (data / "rows.csv").write_text("".join(",".join(row) + "\n" for row in rows))
        program = [sys.executable, str(ROOT / "scripts" / "model_code.py"), "shared/baseline"]
        places = ["--data", str(data), "--output", str(data)]
        subprocess.run([*program, *places], check=True, capture_output=True)
        for name in ("statistics", "constraints"):
            (self.bucket / "baseline" / name).mkdir()
            shutil.copy(data / f"{name}.json", self.bucket / "baseline" / name)

    def captured(self, *lines: str, hour: str) -> None:
        write_captures(self.bucket / "capture" / "shop" / NAME / "AllTraffic", lines, hour)

    def report(self) -> Any:
        return json.loads((self.folder / "build" / "reports" / "shop-monitoring.json").read_text())


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_what_came_since_the_last_time_is_compared_and_the_report_published(shop: Shop) -> None:
    first = [line([row]) for row in customers(60, 2)]
    shop.captured(*first, hour="2026/11/30/00")
    code, out, err = shop.run("monitor", "shop")
    assert (code, err) == (0, "")
    assert out.startswith("60 rows of 60 invocations, from the first capture to ")
    assert "left out" not in out
    assert "Completed: Job completed successfully with no violations." in out
    assert "wrote build/reports/shop-monitoring.html" in out
    assert (shop.folder / "build" / "reports" / "shop-monitoring.html").is_file()

    code, out, err = shop.run("monitor", "shop")
    assert (code, err, shop.report()["rows"]) == (0, "", 0)
    assert "without any rows in its time" in out


def test_violations_are_printed_and_labels_show_how_good_the_answers_were(shop: Shop) -> None:
    rows = [row[:4] for row in customers(40, 2)]
    shop.captured(*(line([row], f"e{number}") for number, row in enumerate(rows)), hour="2026/11/30/00")
    labels = shop.folder / "labels.csv"
    labels.write_text("e0,False.\ne1,True.\ne2,True.\ne2,False.\nelsewhere,True.\n")
    code, out, err = shop.run("monitor", "shop", "--all", "--labels", str(labels))
    assert (code, err) == (0, "")
    assert "missing_column_check" in out
    assert "CompletedWithViolations: Job completed successfully with 1 violations." in out
    assert "F1 0.000 of 2 rows with labels, 2026-11-30T00" in out
    assert "unmatched requests: 1 (labels not as many as answers" in out
    assert "unmatched labels: 1 (no captured request has the id)" in out
    assert [one["feature_name"] for one in shop.report()["violations"]] == ["Age"]
    [written] = (shop.bucket / "out").glob("*/constraint_violations.json")
    assert len(json.loads(written.read_text())["violations"]) == 1


def test_a_line_says_from_when_on_captures_are_left_out(shop: Shop) -> None:
    shop.captured(line(customers(5, 2)), hour="2026/11/30/00")
    times = ("EndTime=2026-11-30T00:10:00Z", "LateSeconds=60")
    given = [part for one in times for part in ("--set", one)]
    code, out, err = shop.run("monitor", "shop", *given)
    assert (code, err) == (0, "")
    assert "left out: captures from 2026-11-30T00:09:00Z on, which may not all be there yet\n" in out


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (
            "DataQualityBaseline",
            "the model of shop has no baseline to compare requests with; "
            "run `make train WORKLOAD=shop` and `make synth`",
        ),
        ("Prepare", "shop is not monitored: its training pipeline has no step DataQualityBaseline"),
    ],
)
def test_without_a_monitoring_pipeline_the_command_says_how_there_will_be_one_if_it_can_be(
    shop: Shop, step: str, said: str
) -> None:
    shop.declare(shop_pipeline("training", step))
    code, out, err = shop.run("monitor", "shop")
    assert (code != 0, out) == (True, "")
    assert said in err


def test_a_workload_that_there_is_not_is_refused_as_by_every_command(shop: Shop) -> None:
    code, _, err = shop.run("monitor", "shoe")
    assert (code, "no monitoring pipeline called shoe" in err) == (2, True)


def test_a_line_that_is_no_label_is_refused_with_what_was_expected(shop: Shop) -> None:
    shop.captured(line(customers(1, 2)), hour="2026/11/30/00")
    labels = shop.folder / "labels.csv"
    labels.write_text("garbage\n")
    code, _, err = shop.run("monitor", "shop", "--labels", str(labels))
    assert code != 0
    assert "line 1: no label: expected id,label, got 'garbage'" in err


def test_without_captures_the_command_says_how_there_will_be_some(shop: Shop) -> None:
    code, out, err = shop.run("monitor", "shop")
    assert (code, out) == (1, "")
    assert "nothing was captured yet in build/s3/data/capture/shop/slipway-dev-shop/AllTraffic" in err
    assert f"{SLIPWAY} serve shop" in err
