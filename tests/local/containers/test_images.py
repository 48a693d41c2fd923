import sys
from pathlib import Path

import pytest

from assembly.errors import UsageError
from local.containers.images import Images
from local.errors import ImageError

VERSIONS = """
python = "3.12"

[images.scikit-learn]
version = "1.9-0"
repository = "sagemaker-scikit-learn"
module = "scikit_learn_image"
path = ["stand_ins", "toolkit"]

[images.own]
repository = "shop-*-own"
module = "own_image"
path = ["own"]
packages = { pytest = "0.0.1", no-such-package = "1.0" }
"""
REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"


@pytest.fixture
def images(tmp_path: Path) -> Images:
    (tmp_path / "versions.toml").write_text(VERSIONS)
    return Images.load(tmp_path / "versions.toml")


@pytest.mark.parametrize("tag", [":1.9-0", ":1.9-0-cpu-py3", ":1.9-0@sha256:0123"])
def test_an_image_is_found_by_repository_and_version(images: Images, tag: str) -> None:
    assert images.find(f"{REGISTRY}/sagemaker-scikit-learn{tag}").name == "scikit-learn"


OTHER_VERSIONS = [
    f"{REGISTRY}/sagemaker-scikit-learn:1.9-01",
    f"{REGISTRY}/sagemaker-scikit-learn:1.2-1-cpu-py3",
    f"{REGISTRY}/sagemaker-scikit-learn",
]
BY_DIGEST = f"{REGISTRY}/sagemaker-scikit-learn@sha256:0123"


@pytest.mark.parametrize("uri", OTHER_VERSIONS)
def test_another_version_is_refused_with_the_one_that_there_is(images: Images, uri: str) -> None:
    with pytest.raises(ImageError, match=r"has version 1\.9-0; `serve --any-version` uses") as refusal:
        images.find(uri)
    assert uri in str(refusal.value)


@pytest.mark.parametrize("uri", OTHER_VERSIONS)
def test_another_version_is_taken_on_request_and_said(images: Images, uri: str) -> None:
    told: list[str] = []
    assert images.of_any_version(told.append).find(uri).name == "scikit-learn"
    assert told == [f"{uri} runs as version 1.9-0: its responses may differ"]


def test_a_digest_says_no_version_and_is_refused(images: Images) -> None:
    with pytest.raises(
        ImageError, match=r"sha256:0123 .*does not say its version.* has version 1\.9-0; `serve"
    ):
        images.find(BY_DIGEST)


def test_a_digest_is_taken_on_request_and_said(images: Images) -> None:
    told: list[str] = []
    assert images.of_any_version(told.append).find(BY_DIGEST).name == "scikit-learn"
    assert told == [
        f"{BY_DIGEST} runs as version 1.9-0: a digest does not say its version, and its responses may differ"
    ]


XGBOOST = "sagemaker-xgboost:3.2-0"
OF_AWS = [
    "683313688378.dkr.ecr.us-east-1.amazonaws.com",
    "492215442770.dkr.ecr-fips.eu-central-1.amazonaws.com",
    "450853457545.dkr.ecr.cn-north-1.amazonaws.com.cn",
]
OF_OTHERS = [
    REGISTRY,
    "683313688378.dkr.ecr.us-east-1.amazonaws.com.example.org",
    "683313688378",
    "docker.io",
]


@pytest.fixture
def managed(tmp_path: Path) -> Images:
    table = '[images.xgboost]\nframework = "xgboost"\nversion = "3.2-0"\nrepository = "sagemaker-xgboost"\n'
    (tmp_path / "managed.toml").write_text(f'{table}module = "m"\npath = ["p"]\n')
    return Images.load(tmp_path / "managed.toml")


@pytest.mark.parametrize("registry", OF_AWS)
def test_an_image_of_aws_is_found_in_each_of_aws_registries(managed: Images, registry: str) -> None:
    assert managed.find(f"{registry}/{XGBOOST}").name == "xgboost"


@pytest.mark.parametrize("registry", OF_OTHERS)
def test_an_image_of_that_name_in_another_registry_is_refused_or_taken_on_request(
    managed: Images, registry: str
) -> None:
    reason = f"{registry} is not an AWS registry, and "
    with pytest.raises(ImageError, match=f"{reason}the stand-in for .*`serve --any-version` uses"):
        managed.find(f"{registry}/{XGBOOST}")
    told: list[str] = []
    assert managed.of_any_version(told.append).find(f"{registry}/{XGBOOST}").name == "xgboost"
    assert told == [f"{registry}/{XGBOOST} runs as version 3.2-0: {reason}its responses may differ"]


def test_a_digest_of_an_image_without_versions_is_found(tmp_path: Path) -> None:
    (tmp_path / "versions.toml").write_text(VERSIONS.partition("packages")[0])
    images = Images.load(tmp_path / "versions.toml")
    assert images.find(f"{REGISTRY}/shop-dev-own@sha256:0123").name == "own"


def test_the_version_that_there_is_is_taken_without_a_word(images: Images) -> None:
    told: list[str] = []
    images.of_any_version(told.append).find(f"{REGISTRY}/sagemaker-scikit-learn:1.9-0")
    assert told == []


@pytest.mark.parametrize(
    "uri",
    [
        f"{REGISTRY}/other/sagemaker-scikit-learn:1.9-0",
        f"{REGISTRY}/sagemaker-pytorch:1.9-0",
    ],
)
def test_any_other_image_is_refused_with_its_uri_and_what_is_known(images: Images, uri: str) -> None:
    with pytest.raises(ImageError, match=r"sagemaker-scikit-learn:1\.9-0, shop-\*-own") as refusal:
        images.find(uri)
    assert uri in str(refusal.value)


def test_what_is_no_uri_is_refused(images: Images) -> None:
    with pytest.raises(ImageError, match="not an image URI"):
        images.find("scikit-learn")


def test_an_environment_without_the_images_packages_is_refused_by_name(images: Images) -> None:
    with pytest.raises(ImageError, match=r"pytest .* instead of 0\.0\.1; no-such-package missing"):
        images.find(f"{REGISTRY}/shop-dev-own:latest")


def test_an_image_starts_its_module_with_its_own_path_and_nothing_of_the_callers_environment(
    images: Images, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "private")
    image = images.find(f"{REGISTRY}/sagemaker-scikit-learn:1.9-0")
    assert image.command("serve") == [sys.executable, "-P", "-m", "scikit_learn_image", "serve"]
    assert image.environment()["PYTHONPATH"] == f"{tmp_path / 'stand_ins'}:{tmp_path / 'toolkit'}"
    assert set(image.environment()) == {"PATH", "LANG", "PYTHONPATH", "PYTHONUNBUFFERED"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[images.own]\nrepository = 'own'\n", r"\[images\.own\] lacks module, path"),
        ("[images.own]\nrepository = 'own'\nmodule = 'm'\nsource = 's'\n", r"\[images\.own\] lacks path"),
        ("[images", "cannot be read"),
    ],
)
def test_a_malformed_table_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "versions.toml").write_text(text)
    with pytest.raises(ImageError, match=message):
        Images.load(tmp_path / "versions.toml")


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"versions\.toml: cannot be read"):
        Images.load(tmp_path / "versions.toml")


def test_an_image_of_ours_may_be_for_jobs_alone_that_bring_their_command(tmp_path: Path) -> None:
    (tmp_path / "versions.toml").write_text("[images.jobs]\nrepository = 'shop-*-jobs'\nsource = 'jobs'\n")
    image = Images.load(tmp_path / "versions.toml").find(f"{REGISTRY}/shop-dev-jobs:latest")

    with pytest.raises(UsageError, match="the image jobs has no program to serve; it runs processing jobs"):
        image.command("serve")
    assert image.environment()["PYTHONPATH"] == ""
