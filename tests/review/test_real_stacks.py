"""One planted change each in the app's own assembly: the report names exactly that."""

import io
import json
import re
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from assemblies import ROOT, Assembly
from cloud_assemblies import data_rows
from verdicts import broken_links, reasons, verdict

from review.content_report import Assets
from review.loading import load
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
        told = report(review(old, new), Assets(old.assets, new.assets))
        assert not broken_links(told)
        return told


@pytest.fixture
def planted(dev: Assembly, tmp_path: Path) -> Planted:
    return Planted(dev.folder, Path(shutil.copytree(dev.folder, tmp_path / "new")))


def test_an_unchanged_app_changes_nothing(planted: Planted) -> None:
    told = planted.report()
    assert "**Nothing changes** in any stack: " in told
    assert verdict(told).startswith("safe.")


def test_one_hyperparameter_is_all_that_shows(planted: Planted) -> None:
    values: Mapping[str, str] = json.loads(
        (ROOT / "model_code" / "churn" / "xgboost" / "hyperparameters.json").read_text()
    )
    name, value = next(iter(values.items()))
    spelled = json.dumps(json.dumps({name: value})[1:-1].replace('": "', '":"'))[1:-1]
    assert value != "0.9"

    planted.edit(TRAINING, lambda text: text.replace(spelled, spelled.replace(value, "0.9")))

    told = planted.report()
    rows = data_rows(told)
    assert verdict(told).startswith("safe.")
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

    assert verdict(told).startswith("safe.")
    assert data_rows(told) == []
    (line,) = [line for line in told.splitlines() if line.startswith("- ")]
    assert re.search(r" changed: `fit\.py \(\+1 -0\)`; used by `[\w/]+` \(step `\w+`\)$", line)


def test_one_permission_is_all_that_shows(planted: Planted) -> None:
    def allow_more(properties: dict[str, Any]) -> None:
        statement = next(one for one in properties["PolicyDocument"]["Statement"] if one["Resource"] == "*")
        statement["Action"] = [statement["Action"], "s3:DeleteObject"]

    planted.edit_resource(SERVING, "AWS::IAM::Policy", allow_more)

    told = planted.report()
    rows = data_rows(told)
    assert verdict(told) == "this deployment weakens security."
    assert "allows `s3:DeleteObject` on the wildcard `*`" in reasons(told, "Weakens security")[0]
    assert [row[0:1] + row[2:] for row in rows] == [["**added**", "", "Allow `s3:DeleteObject`", "`*`", ""]]


def test_one_setting_of_the_endpoint_shows_with_what_it_replaces(planted: Planted) -> None:
    planted.edit_resource(
        SERVING,
        "AWS::SageMaker::EndpointConfig",
        lambda properties: properties["ProductionVariants"][0].update(InitialInstanceCount=7),
    )

    told = planted.report()
    endpoint, config = data_rows(told)
    assert verdict(told) == "this deployment replaces or removes resources."
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


def test_an_endpoint_that_moves_to_another_construct_fails(planted: Planted) -> None:
    def move(text: str) -> str:
        template = json.loads(text)
        resources = template["Resources"]
        id = next(id for id, one in resources.items() if one["Type"] == "AWS::SageMaker::Endpoint")
        return json.dumps(template).replace(f'"{id}"', f'"{id}Moved"')

    planted.edit(SERVING, move)

    told = planted.report()
    assert verdict(told).startswith("this deployment will fail.")
    assert any("the name `slipway-dev-churn` is taken" in reason for reason in reasons(told, "Will fail"))


def test_a_key_that_goes_fails_on_its_importers_before_it_deletes(planted: Planted) -> None:
    def drop(text: str) -> str:
        template = json.loads(text)
        id = next(id for id, one in template["Resources"].items() if one["Type"] == "AWS::KMS::Key")
        del template["Resources"][id]
        exports = [name for name, one in template["Outputs"].items() if id in json.dumps(one["Value"])]
        assert exports
        for name in exports:
            del template["Outputs"][name]
        return json.dumps(template)

    planted.edit("slipway-dev-foundation", drop)

    told = planted.report()
    assert verdict(told).startswith("this deployment will fail. Once that is fixed, it deletes data")
    assert f"`{SERVING}`" in reasons(told, "Will fail")[0]
    assert any("what it encrypted" in reason for reason in reasons(told, "Deletes data"))


@pytest.mark.parametrize(
    ("type", "change", "words"),
    [
        ("AWS::KMS::Key", {"EnableKeyRotation": False}, "no longer rotated"),
        ("AWS::S3::Bucket", {"BucketEncryption": None}, "encryption"),
        ("AWS::S3::Bucket", {"PublicAccessBlockConfiguration": None}, "public access"),
        ("AWS::ECR::Repository", {"ImageTagMutability": "MUTABLE"}, "other images"),
    ],
)
def test_the_foundation_that_protects_less_weakens_security(
    planted: Planted, type: str, change: dict[str, Any], words: str
) -> None:
    def apply(properties: dict[str, Any]) -> None:
        for name, value in change.items():
            properties.pop(name)
            properties.update({name: value} if value is not None else {})

    planted.edit_resource("slipway-dev-foundation", type, apply)

    told = planted.report()
    assert verdict(told) == "this deployment weakens security."
    assert all(words in reason for reason in reasons(told, "Weakens security"))


def test_the_foundation_whose_logs_are_kept_for_a_day_deletes_data(planted: Planted) -> None:
    planted.edit_resource(
        "slipway-dev-foundation",
        "AWS::Logs::LogGroup",
        lambda properties: properties.update(RetentionInDays=1),
    )

    told = planted.report()
    assert verdict(told) == "this deployment deletes data."
    assert all("log events expire sooner" in reason for reason in reasons(told, "Deletes data"))


def test_the_app_as_a_whole_is_no_cause_for_alarm(dev: Assembly) -> None:
    new = load(dev.folder)

    told = report(review(replace(new, stacks={}), new), Assets({}, new.assets))

    assert "will fail" not in verdict(told) or all(
        "the app itself says" in reason for reason in reasons(told, "Will fail")
    )
    assert reasons(told, "Deletes data") == []
    # The tuning jobs of bank get names of their own, under which nothing else can be.
    assert all("hyper-parameter-tuning-job/*" in reason for reason in reasons(told, "Weakens security"))


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
