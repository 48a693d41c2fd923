"""The one reader of an assembly's files: what it gives, and what all of its users refuse alike."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from assembly_files import file_asset, write_assembly, write_json

import assembly
from assembly.errors import AssemblyError
from assembly.manifest import StackArtifact, read_stacks
from quality.checks.teardown.remainders import remainders
from review.loading import load

HASH = "5" * 64


@pytest.fixture
def shop(tmp_path: Path) -> StackArtifact:
    write_assembly(tmp_path, {}, stack="Base")
    write_assembly(
        tmp_path,
        {"Queue": {"Type": "AWS::SQS::Queue"}},
        files={
            "t": file_asset("Shop.template.json", "t.json"),
            HASH: {"displayName": "Shop/Code/Asset", **file_asset("asset.5", "5.zip", "zip")},
            "made": {"source": {"executable": ["make"]}, "destinations": {}},
        },
        metadata={
            "/Shop": [{"type": "aws:cdk:error", "data": "no archive"}],
            "/Shop/Queue/Resource": [{"type": "aws:cdk:logicalId", "data": "Queue"}],
        },
    )
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    stack = manifest["artifacts"]["Shop"]
    stack["properties"] |= {"terminationProtection": True, "tags": {"workload": "shop"}}
    stack["dependencies"].append("Base")
    stack["additionalMetadataFile"] = "Shop.metadata.json"
    write_json(
        tmp_path / "Shop.metadata.json", {"/Shop/Dead": [{"type": "aws:cdk:logicalId", "data": "Dead"}]}
    )
    write_json(tmp_path / "Shop.assets.json", with_image(tmp_path / "Shop.assets.json"))
    write_json(tmp_path / "manifest.json", manifest)
    return read_stacks(tmp_path)[1]


def with_image(path: Path) -> dict[str, Any]:
    image = {"displayName": "Shop/Image", "source": {"directory": "asset.6"}, "destinations": {}}
    return {**json.loads(path.read_text()), "dockerImages": {"6": image}}


def test_a_stack_has_its_place_its_settings_and_the_stacks_before_it(shop: StackArtifact) -> None:
    assert (shop.name, shop.account, shop.region) == ("Shop", None, "eu-west-1")
    assert shop.properties["terminationProtection"] is True
    assert shop.properties["tags"] == {"workload": "shop"}
    assert shop.dependencies == ("Base",)
    assert shop.template["Resources"] == {"Queue": {"Type": "AWS::SQS::Queue"}}


def test_a_stack_publishes_files_folders_and_images_but_not_what_a_command_makes(shop: StackArtifact) -> None:
    template, code, image = shop.assets
    folder = shop.template_path.parent
    assert template.is_template
    assert (code.path, code.packaging, code.hash, code.name) == (folder / "asset.5", "zip", HASH, "Shop")
    assert code.uris == ("s3://cdk-assets-${AWS::AccountId}-${AWS::Region}/5.zip",)
    assert (image.path, image.packaging, image.name) == (folder / "asset.6", "image", "Shop/Image")


def test_metadata_of_the_manifest_and_of_the_file_beside_it_are_one(shop: StackArtifact) -> None:
    assert shop.errors == ("no archive",)
    assert shop.logical_ids == [("Shop/Queue/Resource", "Queue"), ("Shop/Dead", "Dead")]


@pytest.mark.parametrize(
    "declared",
    [
        {"Metadata": {"aws:asset:path": "n.nested.template.json"}},
        {"Properties": {"TemplateURL": {"Fn::Sub": f"https://s3.amazonaws.com/assets/{HASH}.json"}}},
    ],
    ids=["by its file", "by its hash"],
)
def test_a_nested_stacks_template_is_found(tmp_path: Path, declared: dict[str, Any]) -> None:
    write_assembly(tmp_path, {}, files={HASH: file_asset("n.nested.template.json", "n.json")})
    [stack] = read_stacks(tmp_path)
    assert stack.nested_template(declared) == tmp_path / "n.nested.template.json"
    assert stack.nested_template({"Properties": {"TemplateURL": "https://elsewhere"}}) is None


def changed(name: str, change: Callable[[Any], object]) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        content = json.loads((folder / name).read_text())
        change(content)
        write_json(folder / name, content)

    return write


def manifest(**stack: Any) -> Callable[[Path], None]:
    return changed("manifest.json", lambda content: content["artifacts"]["Shop"].update(stack))


FAULTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "no manifest": (lambda folder: (folder / "manifest.json").unlink(), "there is no {}/manifest.json"),
    "a manifest that is not JSON": (
        lambda folder: (folder / "manifest.json").write_text("{"),
        "{}/manifest.json is not JSON",
    ),
    "a manifest that is an array": (
        lambda folder: (folder / "manifest.json").write_text("[]"),
        "{}/manifest.json: the document should be a JSON object",
    ),
    "a nested assembly": (
        lambda folder: write_json(
            folder / "manifest.json", {"artifacts": {"Stage": {"type": "cdk:cloud-assembly"}}}
        ),
        "{}: the assembly nests another one, Stage; give its folder, {}/Stage",
    ),
    "a stack without an environment": (
        manifest(environment=None),
        "{}/manifest.json: environment of Shop should be a string",
    ),
    "a stack without a template": (
        manifest(properties={}),
        "{}/manifest.json: templateFile of Shop should be a string",
    ),
    "dependencies that are no array": (
        manifest(dependencies={}),
        "{}/manifest.json: dependencies of Shop should be a JSON array",
    ),
    "an asset manifest without a file": (
        changed("manifest.json", lambda content: content["artifacts"]["Shop.assets"].pop("properties")),
        "{}/manifest.json: file of Shop.assets should be a string",
    ),
    "a template that is gone": (
        lambda folder: (folder / "Shop.template.json").unlink(),
        "there is no {}/Shop.template.json",
    ),
    "a resource without a type": (
        changed("Shop.template.json", lambda content: content["Resources"]["Queue"].pop("Type")),
        "Shop/Queue: the resource has no Type",
    ),
    "an asset without a source": (
        changed("Shop.assets.json", lambda content: content["files"].update(a={"destinations": {}})),
        "{}/Shop.assets.json: the asset a is not as CDK writes it",
    ),
}


@pytest.mark.parametrize("read", [assembly.load, load, remainders], ids=["runner", "review", "teardown"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_has_one_message_whoever_reads(
    tmp_path: Path, fault: str, read: Callable[[Path], object]
) -> None:
    write_assembly(tmp_path, {"Queue": {"Type": "AWS::SQS::Queue"}})
    plant, message = FAULTS[fault]
    plant(tmp_path)
    with pytest.raises(AssemblyError) as error:
        read(tmp_path)
    assert str(error.value).startswith(message.replace("{}", str(tmp_path)))


@pytest.mark.parametrize(
    "entries",
    [7, [7], [{"data": "Queue"}], [{"type": "aws:cdk:error"}]],
    ids=["no array", "7", "no type", "no data"],
)
def test_metadata_that_is_not_as_cdk_writes_it_is_refused(tmp_path: Path, entries: Any) -> None:
    write_assembly(tmp_path, {}, metadata={"/Shop": entries})
    with pytest.raises(AssemblyError, match=r"^Shop: its metadata is not as CDK writes it; run `make synth`"):
        load(tmp_path)
