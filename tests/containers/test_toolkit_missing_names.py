"""What a script imports and no toolkit here has is named, with what there is instead."""

import importlib
import importlib.util
import pickle
import pkgutil
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from toolkit import packages
from toolkit.errors import ContainerProblem
from toolkit.handlers import import_script


@pytest.mark.parametrize("package", sorted(packages.TOOLKITS))
def test_the_message_for_a_missing_name_lists_what_is_there(package: str) -> None:
    place = {"sagemaker_containers": "sagemaker_containers.beta.framework"}.get(package, package)
    there = {module.name for module in pkgutil.iter_modules(importlib.import_module(place).__path__)}

    listed = packages.TOOLKITS[package].replace(",", " ").split()

    assert there <= set(listed)
    assert all(hasattr(importlib.import_module(f"{place}.{name}"), "__doc__") for name in there)


@pytest.mark.parametrize(
    "statement",
    [
        "from sagemaker_containers.beta.framework import mpi",
        "from sagemaker_containers.beta.framework.modules import run_module",
        "from sagemaker_containers.beta.framework.server import next_safe_port",
        "from sagemaker_containers.beta.framework.env import ServingEnv",
        "import sagemaker_containers.beta.framework.logging",
        "from sagemaker_containers import _content_types, _errors",
        "from sagemaker_containers.beta import nope",
        "from sagemaker_inference.encoder import nope",
        "from sagemaker_inference.errors import _private",
        "from sagemaker_inference import model_server",
        "from sagemaker_inference.default_handler_service import DefaultHandlerService",
        "from sagemaker_inference.transformer import Transformer",
        "from sagemaker_inference import parameters",
        "from sagemaker_inference.logging import configure_logger",
        "from sagemaker_training import entry_point",
        "from sagemaker_training import errors, files, params",
        "from sagemaker_training.runner import ProcessRunnerType",
        "from sagemaker_training.logging_config import log_script_invocation",
    ],
)
def test_what_a_script_imports_and_a_toolkit_has_not_is_named_with_what_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "importing.py").write_text(f"# A script.\n{statement}\n")

    with pytest.raises(ContainerProblem) as refusal:
        import_script(tmp_path, "importing.py")

    package = statement.split()[1].partition(".")[0]
    assert re.match(r"importing\.py, line 2: (cannot import name|No module named) '", str(refusal.value))
    assert str(refusal.value).endswith(
        f". Of {package} the image has only {packages.TOOLKITS[package]}: do without the rest."
    )


PLACES = sorted(
    module.name
    for package in packages.TOOLKITS
    for module in pkgutil.walk_packages([str(Path(packages.__file__).parents[1])])
    if module.name.partition(".")[0] == package
)


@pytest.mark.parametrize("name", ["nope", "_nope", "__nope__"])
@pytest.mark.parametrize("place", PLACES)
def test_every_module_of_the_toolkits_says_what_there_is_instead_of_a_name(place: str, name: str) -> None:
    module = importlib.import_module(place)
    package = place.partition(".")[0]

    assert not hasattr(module, name)
    with pytest.raises(AttributeError, match=f"module '{place}' has no attribute '{name}'. Of {package} "):
        getattr(module, name)
    with pytest.raises(ImportError) as missing:
        exec(f"from {place} import {name}", {})  # noqa: S102
    told = packages.missing(missing.value, Path("/code"))
    assert told is not None
    assert re.match(rf"cannot import name '{name}' from '{place}' \(.*\)\. Of {package} the image has", told)
    traced = f"ImportError: {missing.value}"
    assert packages.advised(traced, Path("/code")) == f"ImportError: {told}"


def test_what_is_pickled_is_no_name_to_be_missed() -> None:
    def function() -> None: ...

    # Without it pickle asks every module that is loaded for the function's name.
    function.__module__ = None  # type: ignore[assignment]

    with pytest.raises((pickle.PicklingError, AttributeError), match=r"^Can't pickle|^Can't get local"):
        pickle.dumps(function)


@pytest.mark.parametrize("statement", ["from json import nope", "from helpers import nope"])
def test_another_import_that_fails_is_pythons_to_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "helpers", raising=False)
    (tmp_path / "helpers.py").touch()
    (tmp_path / "importing.py").write_text(statement)

    with pytest.raises(ImportError, match="cannot import name 'nope'"):
        import_script(tmp_path, "importing.py")

    assert packages.advised("ImportError: cannot import name 'x' from 'json'", tmp_path).endswith("'json'")


OTHER_IMAGES = [
    "mlio",
    "mms.service",
    "sagemaker_huggingface_inference_toolkit.handler_service",
    "sagemaker_mxnet_serving_container",
    "sagemaker_pytorch_serving_container",
    "sagemaker_sklearn_container",
    "sagemaker_sklearn_extension.preprocessing",
    "sagemaker_tensorflow_container",
    "sagemaker_xgboost_container",
    "smdebug",
    "smdistributed.dataparallel",
    "ts.torch_handler",
]


@pytest.mark.parametrize(
    ("module", "told"),
    [
        ("flask", r"return \(body, content type\) instead of its Response"),
        ("werkzeug.wrappers", r"return \(body, content type\) instead of its Response"),
        *((name, "belongs to another image") for name in OTHER_IMAGES),
        *((name, "reaches no AWS service") for name in ("boto3", "botocore", "s3fs", "sagemaker.session")),
        ("sagemaker_helpers", "put sagemaker_helpers beside the script"),
        ("pandas.core", "put pandas beside the script, or into an image of your own.$"),
    ],
)
def test_every_missing_module_gets_something_to_do(tmp_path: Path, module: str, told: str) -> None:
    assert re.search(told, packages.advice(module, tmp_path))


def test_requirements_that_are_not_met_are_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "requirements.txt").write_text(
        "# a comment\n\n-r other.txt\nnumpy>=1\nnumpy==0.1 ; python_version > '3'\n"
        "Nothing-Like_it[extra]==1\n./wheels/own.whl\ngit+ssh://host/own.git\n"
    )

    packages.warn_of_unmet(tmp_path)

    assert caplog.messages == [
        f"requirements.txt is not installed: the image has numpy {np.__version__}, not 0.1; "
        "the image has no Nothing-Like_it"
    ]


@pytest.mark.parametrize("text", [None, "", "numpy\n"])
def test_requirements_that_are_met_say_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str | None
) -> None:
    if text is not None:
        (tmp_path / "requirements.txt").write_text(text)

    packages.warn_of_unmet(tmp_path)

    assert caplog.messages == []
