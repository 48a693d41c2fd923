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


class Shop(Runner):
    """A folder with a monitoring pipeline, its code and a baseline; nothing is captured yet."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        body = {"Version": "2020-12-01", "Parameters": PARAMETERS, "Steps": [step()]}
        pipeline = {
            "PipelineName": f"{NAME}-monitor",
            "PipelineDefinition": {"PipelineDefinitionBody": json.dumps(body)},
            "Tags": tags(workload="shop", purpose="monitoring"),
        }
        write_assembly(
            folder / "cdk.out",
            {
                "Data": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "data"}},
                "Monitor": {"Type": "AWS::SageMaker::Pipeline", "Properties": pipeline},
            },
        )
        table = f'[images.fake]\nrepository = "fake"\nmodule = "fake_image"\npath = ["{FAKE_IMAGE}"]\n'
        (folder / "versions.toml").write_text(table)
        self.bucket = folder / "build" / "s3" / "data"
        code = self.bucket / "baseline" / "code"
        shutil.copytree(CODE / "monitor", code, ignore=shutil.ignore_patterns("__pycache__"))
        for module in carried(CODE / "monitor"):
            shutil.copy(module, code)
        self._describe(folder / "train")

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
    assert out.startswith("60 rows of 60 invocations, from 1970-01-01T00:00:00Z to ")
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
    labels.write_text("e0,False.\ne1,True.\n")
    code, out, err = shop.run("monitor", "shop", "--all", "--labels", str(labels))
    assert (code, err) == (0, "")
    assert "missing_column_check" in out
    assert "CompletedWithViolations: Job completed successfully with 1 violations." in out
    assert "F1 0.000 of 2 rows with labels, 2026-11-30T00" in out
    assert [one["feature_name"] for one in shop.report()["violations"]] == ["Age"]
    [written] = (shop.bucket / "out").glob("*/constraint_violations.json")
    assert len(json.loads(written.read_text())["violations"]) == 1


def test_without_captures_the_command_says_how_there_will_be_some(shop: Shop) -> None:
    code, out, err = shop.run("monitor", "shop")
    assert (code, out) == (1, "")
    assert "nothing was captured yet in build/s3/data/capture/shop/slipway-dev-shop/AllTraffic" in err
    assert f"{SLIPWAY} serve shop" in err
