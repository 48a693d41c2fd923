"""A workload's record: read without the CDK, refused in words, and what its stacks declare."""

import importlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from assemblies import ROOT, Assembly
from declared import resources

from local.containers.images import Images
from stacks.workloads.shared.record import Workload, WorkloadError, check_name, read, workloads

ALL = pytest.mark.parametrize("workload", workloads(), ids=lambda one: one.name)
FRAUD = Workload("fraud", "finds fraud", "XGBoost", "fraud.csv", ("xgboost",), "1,2")
RECORD = f"WORKLOAD = {FRAUD}\n"


def written(folder: Path, text: str, name: str = "fraud") -> Path:
    path = folder / "stacks" / "workloads" / f"{name}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@ALL
def test_what_is_read_from_the_source_is_the_modules_record(workload: Workload) -> None:
    assert workload == importlib.import_module(f"stacks.workloads.{workload.name}").WORKLOAD


@ALL
def test_its_stacks_are_named_by_it_and_its_model_has_its_containers(
    workload: Workload, dev: Assembly
) -> None:
    module = importlib.import_module(f"stacks.workloads.{workload.name}")
    assert workload.stacks() == (
        getattr(module, f"{workload.name.capitalize()}Training"),
        getattr(module, f"{workload.name.capitalize()}Serving"),
    )
    [model] = resources(dev.template(f"{workload.name}-serving"), "AWS::SageMaker::Model")
    found = [one["ContainerHostname"] for one in model["Properties"]["Containers"]]
    assert found == list(workload.containers)


@ALL
def test_its_jobs_run_in_environments_that_there_are(workload: Workload) -> None:
    known = {one.name for one in Images.load(ROOT / "versions.toml").own_environments()}
    assert {*workload.environments} <= known


def test_records_are_read_without_the_cdk() -> None:
    program = (
        "import sys, stacks.workloads.shared.record as r; r.workloads(); print('aws_cdk' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout == "False\n"


def test_make_is_told_which_workloads_there_are() -> None:
    command = [sys.executable, "-m", "stacks.workloads"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    variables = dict(line.split(" := ") for line in run.stdout.splitlines())
    assert variables["WORKLOADS"].split() == [one.name for one in workloads()]
    assert set(variables["IN_FOLDERS"].split()) == {one.name for one in workloads() if one.data[-1] == "/"}
    assert set(variables["TRAINED_HERE"].split()) < set(variables["WORKLOADS"].split())
    names = subprocess.run([*command, "--names"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert names.stdout.rstrip() == variables["WORKLOADS"]


@pytest.mark.parametrize(
    ("data", "sample"), [("fraud.csv", "fraud.txt"), ("fraud/", "fraud"), ("a.zip", "fraud.txt")]
)
def test_data_that_are_a_folder_end_with_a_slash(tmp_path: Path, data: str, sample: str) -> None:
    assert read(written(tmp_path, RECORD.replace("fraud.csv", data))).sample == sample


@pytest.mark.parametrize("name", ["churn", "a", "fraud2", "a" * 20])
def test_a_name_of_letters_and_digits_is_accepted(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "2fraud",
        "my-fraud",
        "my_fraud",
        "Fraud",
        "fräud",
        "lambda",
        "match",
        "shared",
        "a" * 21,
        "a\n",
        "../a",
    ],
)
def test_a_name_that_no_module_or_endpoint_can_have_is_refused(name: str) -> None:
    with pytest.raises(WorkloadError, match="expected 1 to 20 lower-case letters and digits"):
        check_name(name)


@pytest.mark.parametrize("name", ["batch", "capture", "checkpoints", "mlflow", "studio", "workbench"])
def test_a_name_that_is_a_prefix_of_the_platform_is_refused(name: str) -> None:
    with pytest.raises(WorkloadError, match=f"the buckets have a prefix {name}/ already"):
        check_name(name)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", r"expected a record, `WORKLOAD = Workload\(name=..., ...\)`"),
        ("WORKLOAD = Workload('fraud')", "expected a record"),
        ("def", "invalid syntax"),
        (RECORD.replace("'1,2'", "_EXAMPLE"), "example of the record has to be a literal"),
        (RECORD.replace("summary", "sumary"), "unexpected keyword argument 'sumary'"),
        (RECORD.replace(" data='fraud.csv',", ""), "missing 1 required positional argument: 'data'"),
        (RECORD.replace("'fraud'", "'bank'"), "the record's name is 'bank'; expected that of the module"),
        (RECORD.replace("'fraud'", "'my-fraud'"), "a workload cannot be called 'my-fraud'"),
    ],
)
def test_a_module_without_a_record_that_can_be_read_is_named(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(WorkloadError, match=fault) as refusal:
        read(written(tmp_path, text))
    assert str(refusal.value).startswith("stacks/workloads/fraud.py: ")


def test_a_module_whose_name_no_workload_can_have_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkloadError, match=r"^stacks/workloads/my-fraud\.py: a workload cannot be called"):
        read(written(tmp_path, RECORD, "my-fraud"))


@pytest.mark.parametrize(
    ("given", "chosen"),
    [
        ({}, {"image": "own", "twice": False}),
        ({"image": "other", "twice": True}, {"image": "other", "twice": True}),
        ({"twice": "true"}, {"image": "own", "twice": True}),
    ],
)
def test_an_option_that_is_not_given_has_its_first_value(given: Any, chosen: Any, tmp_path: Path) -> None:
    fraud = replace(FRAUD, options={"image": ("own", "other"), "twice": (False, True)})
    record = read(written(tmp_path, f"WORKLOAD = {fraud}"))
    assert record.choose(given) == chosen
