"""One planted change each in the app's own assembly: the report names exactly that."""

import io
import json
import re
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from assemblies import ROOT, Assembly
from cloud_assemblies import data_rows

from review.assembly import load
from review.content_report import Assets
from review.report import report
from review.resource_changes import Fate
from review.stack_review import review

TRAINING, SERVING = "slipway-dev-churn-training", "slipway-dev-churn-serving"


@dataclass(frozen=True)
class Planted:
    """The app's assembly and a copy of it to change."""

    old: Path
    new: Path

    def edit(self, stack: str, change: Callable[[str], str]) -> None:
        path = self.new / f"{stack}.template.json"
        before = path.read_text()
        after = change(before)
        assert after != before
        path.write_text(after)

    def edit_resource(self, stack: str, type: str, change: Callable[[dict[str, Any]], None]) -> None:
        def apply(text: str) -> str:
            template = json.loads(text)
            first = next(one for one in template["Resources"].values() if one["Type"] == type)
            change(first["Properties"])
            return json.dumps(template)

        self.edit(stack, apply)

    def report(self) -> str:
        old, new = load(self.old), load(self.new)
        return report(review(old, new), Assets(old.assets, new.assets))


@pytest.fixture
def planted(dev: Assembly, tmp_path: Path) -> Planted:
    return Planted(dev.folder, Path(shutil.copytree(dev.folder, tmp_path / "new")))


def test_an_unchanged_app_changes_nothing(planted: Planted) -> None:
    assert "**Nothing changes** in any stack: " in planted.report()


def test_one_hyperparameter_is_all_that_shows(planted: Planted) -> None:
    values: Mapping[str, str] = json.loads(
        (ROOT / "model_code" / "churn" / "xgboost" / "hyperparameters.json").read_text()
    )
    name, value = next(iter(values.items()))
    spelled = json.dumps(json.dumps({name: value})[1:-1].replace('": "', '":"'))[1:-1]
    assert value != "0.9"

    planted.edit(TRAINING, lambda text: text.replace(spelled, spelled.replace(value, "0.9")))

    rows = data_rows(planted.report())
    assert len(rows) == 1
    assert rows[0][0].endswith("SageMaker Pipeline")
    assert rows[0][1:] == [f"step `Xgboost` `HyperParameters.{name}`", f"`{value}`", "`0.9`"]


def test_one_line_of_a_source_folder_is_all_that_shows(planted: Planted) -> None:
    manifest = planted.new / f"{TRAINING}.assets.json"
    files = json.loads(manifest.read_text())["files"]
    hash, path = next(
        (hash, planted.new / asset["source"]["path"])
        for hash, asset in files.items()
        if asset["source"]["path"].endswith(".tar.gz")
    )
    _add_line(path, "fit.py")
    for text in (manifest, planted.new / f"{TRAINING}.template.json"):
        text.write_text(text.read_text().replace(hash, "f" * 64))
    path.rename(str(path).replace(hash, "f" * 64))

    told = planted.report()

    assert data_rows(told) == []
    (line,) = [line for line in told.splitlines() if line.startswith("- ")]
    assert re.search(r" changed: `fit\.py \(\+1 -0\)`; used by `[\w/]+` \(step `\w+`\)$", line)


def test_one_permission_is_all_that_shows(planted: Planted) -> None:
    def allow_more(properties: dict[str, Any]) -> None:
        statement = next(one for one in properties["PolicyDocument"]["Statement"] if one["Resource"] == "*")
        statement["Action"] = [statement["Action"], "s3:DeleteObject"]

    planted.edit_resource(SERVING, "AWS::IAM::Policy", allow_more)

    rows = data_rows(planted.report())
    assert [row[0:1] + row[2:] for row in rows] == [["**added**", "", "Allow `s3:DeleteObject`", "`*`", ""]]


def test_one_setting_of_the_endpoint_shows_with_what_it_replaces(planted: Planted) -> None:
    planted.edit_resource(
        SERVING,
        "AWS::SageMaker::EndpointConfig",
        lambda properties: properties["ProductionVariants"][0].update(InitialInstanceCount=7),
    )

    endpoint, config = data_rows(planted.report())
    assert endpoint[0].endswith("SageMaker Endpoint")
    assert endpoint[1] == "`EndpointConfigName`"
    assert endpoint[3].endswith("(replaced)")
    assert config[0].endswith("SageMaker EndpointConfig, the old one is deleted")
    assert config[1:] == ["`ProductionVariants[AllTraffic].InitialInstanceCount`", "`1`", "`7`"]


def test_cdk_diff_replaces_the_same_resources(planted: Planted) -> None:
    planted.edit_resource(
        SERVING,
        "AWS::SageMaker::Model",
        lambda properties: properties["Containers"][0]["Environment"].update(ADDED="1"),
    )
    planted.edit_resource(SERVING, "AWS::IAM::Role", lambda properties: properties.update(Path="/moved/"))

    told = subprocess.run(
        [
            *("cdk", "diff", SERVING, "--exclusively", "--no-notices", "--no-color"),
            *("--app", str(planted.new), "--template", str(planted.old / f"{SERVING}.template.json")),
        ],
        cwd=planted.new.parent,
        capture_output=True,
        text=True,
        check=True,
    )

    lines = re.findall(r"^\[~\] \S+ \S+ (\S+) (?:may be )?replace", told.stdout + told.stderr, re.MULTILINE)
    changes = [one for each in review(load(planted.old), load(planted.new)) for one in each.of(Fate.REPLACED)]
    assert len(lines) >= 3
    assert {change.resource.logical_id for change in changes} == set(lines)


def _add_line(archive: Path, name: str) -> None:
    with tarfile.open(archive) as opened:
        files = {one.name: opened.extractfile(one) for one in opened.getmembers()}
        contents = {name: file.read() for name, file in files.items() if file}
    contents[name] += b"# One more line.\n"
    with tarfile.open(archive, "w:gz") as written:
        for member, content in contents.items():
            entry = tarfile.TarInfo(member)
            entry.size = len(content)
            written.addfile(entry, io.BytesIO(content))
