"""The Markdown that a reviewer reads."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from cloud_assemblies import Declared, data_rows, write
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from assembly.markdown import code, table
from review.contents import file_changes
from review.rows import value_cells
from review.values import Text

OLD, NEW, OTHER = "a" * 64, "b" * 64, "c" * 64
FUNCTION = "AWS::Lambda::Function"
MODEL = "AWS::SageMaker::Model"


def uses(hash: str, name: str, files: Mapping[str, str] | None = None, **more: Any) -> Declared:
    function = {"Type": FUNCTION, "Properties": {"Code": {"S3Key": f"{hash}.zip"}, **more}}
    return Declared({"Function": function}, assets={hash: name}, contents={hash: files} if files else {})


def pipeline(*steps: dict[str, Any]) -> Declared:
    role = {"Fn::GetAtt": ["Role", "Arn"]}
    first, _, rest = _json({"Steps": [*steps], "RoleArn": "HERE"}).partition("HERE")
    body = {"Fn::Join": ["", [first, role, rest]]}
    properties = {"PipelineDefinition": {"PipelineDefinitionBody": body}}
    return Declared({"Pipeline": {"Type": "AWS::SageMaker::Pipeline", "Properties": properties}})


def _json(value: Any) -> str:
    import json

    return json.dumps(value)


def step(name: str, **arguments: Any) -> dict[str, Any]:
    return {"Name": name, "Type": "Training", "Arguments": arguments}


def test_it_says_that_nothing_changed_in_all_and_in_a_stack(diff: Callable[..., str]) -> None:
    same, other = uses(OLD, "lambda/predict"), uses(OLD, "lambda/predict", MemorySize=256)

    assert "**Nothing changes** in any stack: `a`, `b`." in diff(
        {"a": same, "b": same}, {"a": same, "b": same}
    )
    assert "Nothing changes in `a`." in diff({"a": same, "b": same}, {"a": same, "b": other})


def test_new_code_is_told_by_its_place_and_files_and_not_by_its_hash(diff: Callable[..., str]) -> None:
    old = uses(OLD, "lambda/predict", {"predict.py": "a\nb\n", "gone.py": "x\n", "same.py": "s\n"})
    new = uses(NEW, "lambda/predict", {"predict.py": "a\nc\nd\n", "came.py": "x\n", "same.py": "s\n"})

    told = diff(old, new)

    assert (
        "- code of `lambda/predict` changed: `came.py added`, `gone.py removed`, `predict.py (+2 -1)`; "
        "used by `Function`\n"
    ) in told
    assert data_rows(told) == []
    assert OLD not in told
    assert NEW not in told


def test_the_files_of_a_zip_are_compared_as_those_of_a_folder(tmp_path: Path) -> None:
    for name, files in (
        ("old.zip", {"a.py": "1\n", "a.pyc": "1"}),
        ("new.zip", {"a.py": "2\n", "a.pyc": "2"}),
    ):
        with ZipFile(tmp_path / name, "w") as archive:
            for member, content in files.items():
                archive.writestr(member, content)
    (tmp_path / "broken.zip").write_bytes((tmp_path / "old.zip").read_bytes()[:-9])

    old, new, broken = (tmp_path / f"{name}.zip" for name in ("old", "new", "broken"))

    assert list(map(str, file_changes(old, new))) == ["a.py (+1 -1)"]
    assert file_changes(broken, new) == []


def test_training_again_is_one_line_a_workload(diff: Callable[..., str]) -> None:
    def model(*hashes: str) -> Declared:
        names = [f"artifacts/churn/{hostname}/model.tar.gz" for hostname in ("pca", "xgboost")]
        containers = [{"ModelDataUrl": f"s3://assets/{hash}.gz"} for hash in hashes]
        resource = {"Type": MODEL, "Properties": {"Containers": containers}}
        return Declared({"Model": resource}, assets=dict(zip(hashes, names, strict=True)))

    told = diff(model(OLD, NEW), model(OTHER, "d" * 64))

    assert told.count("retrained") == 1
    assert "- model archives of `churn` retrained: `pca`, `xgboost`\n" in told
    assert data_rows(told) == [
        [
            "`Model` SageMaker Model, the old one is deleted",
            "content",
            "",
            "new `model archive churn/pca`, `model archive churn/xgboost`",
        ]
    ]


def test_an_own_image_is_told_by_its_tag(changed: Callable[..., str]) -> None:
    uri = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/script-mode"

    told = changed(
        MODEL,
        {"PrimaryContainer": {"Image": f"{uri}:0123456789abcdef"}},
        {"PrimaryContainer": {"Image": f"{uri}:fedcba9876543210"}},
    )

    assert "image `script-mode` has other sources (tag `0123456789abcdef` → `fedcba9876543210`)" in told


def test_a_pipeline_is_compared_step_by_step(diff: Callable[..., str]) -> None:
    old = pipeline(step("Split", Seed="1"), step("Fit", Depth="5"), step("Gone"))
    new = pipeline(step("Split", Seed="1"), step("Came", Size=1), step("Fit", Depth="6"))

    cells = [row[1:] for row in data_rows(diff(old, new))]

    assert ["step `Fit` `Depth`", "`5`", "`6`"] in cells
    assert ["step `Came` `Size`", "—", "`1`"] in cells
    assert ["step `Gone` `Type`", "`Training`", "—"] in cells
    assert not any("Split" in cell for row in cells for cell in row)


def test_a_step_inside_of_a_condition_is_told_with_it(diff: Callable[..., str]) -> None:
    def gate(name: str) -> Declared:
        return pipeline(step("Gate", IfSteps=[step("Register", Group=name)]))

    assert data_rows(diff(gate("a"), gate("b")))[0][1:] == ["step `Gate` / `Register` `Group`", "`a`", "`b`"]


def test_the_order_of_named_members_is_a_change_of_its_own(changed: Callable[..., str]) -> None:
    hops = [{"ContainerHostname": name, "Image": name} for name in ("pca", "xgboost")]

    told = changed(MODEL, {"Containers": hops}, {"Containers": hops[::-1]})

    assert data_rows(told)[0][1:] == ["`Containers[order]`", "`pca, xgboost`", "`xgboost, pca`"]


def test_a_change_that_many_resources_share_is_one_row(diff: Callable[..., str]) -> None:
    def tagged(value: str) -> Declared:
        tags = {"Tags": [{"Key": "team", "Value": value}]}
        return Declared({f"B{index}": {"Type": "AWS::S3::Bucket", "Properties": tags} for index in range(5)})

    assert data_rows(diff(tagged("a"), tagged("b"))) == [
        [
            "5 resources: `B0` S3 Bucket, `B1` S3 Bucket, `B2` S3 Bucket, …",
            "`Tags[team].Value`",
            "`a`",
            "`b`",
        ]
    ]


def test_an_added_resource_shows_its_settings_and_a_new_stack_its_kinds(diff: Callable[..., str]) -> None:
    queue = Declared({"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 5}}})

    added = diff(Declared(), queue)
    stack = diff({}, {"new": queue})

    assert data_rows(added) == [["`Queue` SQS Queue", "`DelaySeconds`", "`5`"]]
    assert "## `new` (new stack)" in stack
    assert data_rows(stack) == [["`AWS::SQS::Queue`", "1"]]


def test_a_resource_without_properties_is_told_by_its_name_and_its_first_properties_one_by_one(
    changed: Callable[..., str], diff: Callable[..., str]
) -> None:
    bare = Declared({"Thing": {"Type": "AWS::S3::Bucket", "Properties": {}}})
    missing = Declared({"Thing": {"Type": "AWS::S3::Bucket"}})

    for thing in (bare, missing):
        assert data_rows(diff(Declared(), thing)) == [["`Thing` S3 Bucket", "", ""]]
    assert data_rows(
        diff(missing, Declared({"Thing": {"Type": "AWS::S3::Bucket", "Properties": {"A": 1}}}))
    ) == [["`Thing` S3 Bucket", "`A`", "—", "`1`"]]
    assert "**Nothing changes**" in diff(missing, bare)


def test_a_stack_that_is_gone_lists_what_is_left_to_destroy(diff: Callable[..., str]) -> None:
    bucket = Declared({"Data": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain"}})

    told = diff({"old": bucket}, {})

    assert "## `old` (no longer declared)" in told
    assert data_rows(told) == [["`Data` S3 Bucket", "**retained**"]]


def test_outputs_and_the_stacks_own_settings_are_told(diff: Callable[..., str]) -> None:
    old = Declared(outputs={"Url": {"Value": "a"}}, properties={"terminationProtection": True})
    new = Declared(outputs={"Url": {"Value": "b"}}, account="111122223333")

    assert data_rows(diff(old, new)) == [
        ["`Url`", "`a`", "`b`"],
        ["`environment`", "`any account, eu-central-1`", "`111122223333, eu-central-1`"],
        ["`stack.terminationProtection`", "`true`", "—"],
    ]


def test_an_error_annotation_is_repeated(diff: Callable[..., str]) -> None:
    missing = Declared(error="no trained pca: run `make train`")

    assert "`shop` cannot be deployed: `` no trained pca: run `make train` ``" in diff(Declared(), missing)
    assert "> Before the change `shop` could not be deployed" in diff(missing, Declared())


def test_text_and_number_of_one_spelling_are_told_apart() -> None:
    assert value_cells(Text(("1",)), 1) == ("`1 (text)`", "`1 (JSON)`")


def test_of_long_values_the_part_that_differs_is_shown() -> None:
    old, new = value_cells(Text(("x" * 300 + "old",)), Text(("x" * 300 + "new",)))

    assert old == f"`…{'x' * 20}old`"
    assert new == f"`…{'x' * 20}new`"


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
def test_no_value_breaks_its_table(text: str) -> None:
    markdown = "\n".join(table(["a", "b"], [[code(text), "end"]]))

    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)

    cells = [token for token in tokens if token.type == "inline"][2:]
    assert len(cells) == 2
    assert cells[1].content == "end"
    shown = "".join(child.content for child in cells[0].children or [] if child.type != "html_inline")
    visible = "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)
    assert shown.strip('"') == visible.strip().strip('"') or shown == f'"{visible}"'


def test_characters_that_turn_or_hide_text_show_as_escapes() -> None:
    assert code("a\u202eb\x1b[0m") == "`a\\u202eb\\x1b[0m`"


def test_two_runs_print_the_same_bytes(tmp_path: Path) -> None:
    functions = {f"F{index}": {"Type": FUNCTION, "Properties": {"MemorySize": index}} for index in range(20)}
    old = write(tmp_path / "old", {"a": Declared(functions), "b": uses(OLD, "lambda/x")})
    new = write(tmp_path / "new", {"b": uses(NEW, "lambda/x"), "c": Declared(functions)})

    runs = {
        subprocess.run(
            [sys.executable, "-m", "review", "diff", str(old), str(new)],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(runs) == 1
    assert b"no longer declared" in runs.pop()


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        (None, "manifest.json; run `make synth`"),
        ("{", "manifest.json is not JSON"),
        ('{"artifacts": {"s": {"type": "cdk:cloud-assembly"}}}', "the assembly nests another one, s"),
    ],
)
def test_a_folder_that_is_no_assembly_is_refused_in_a_line(
    tmp_path: Path, manifest: str | None, message: str
) -> None:
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest)

    finished = subprocess.run(
        [sys.executable, "-m", "review", "diff", str(tmp_path), str(tmp_path)],
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )

    assert finished.returncode == 1
    assert finished.stderr.startswith("error: ")
    assert message in finished.stderr
