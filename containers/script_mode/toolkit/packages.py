"""Modules and packages that a script wants and the image does not have: which, and what to do about it."""

import importlib
import importlib.metadata
import importlib.util
import logging
import re
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

logger = logging.getLogger("toolkit")

REQUIREMENTS = "requirements.txt"

_REQUIREMENT = re.compile(
    r"\s*(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?=\s*(?:$|[\[=<>!~;@#]))"
    r"\s*(?:\[[^\]]*\])?\s*(?:==\s*(?P<version>[^\s;,#*]+))?"
)
_RESPONSE = "return (body, content type) instead of its Response"
_NO_SERVICE = "read files from /opt/ml, where SageMaker puts them: the image reaches no AWS service"
_OTHER_IMAGES = "it belongs to another image of SageMaker's, for which the script was written"
# What the image has of SageMaker's toolkits: the names that public scripts import.
TOOLKITS = {
    "sagemaker_containers": (
        "training_env, and content_types, encoders, env, errors, modules, server, transformer and worker "
        "of beta.framework"
    ),
    "sagemaker_inference": (
        "content_types, decoder, default_inference_handler, encoder, environment, errors, logging and utils"
    ),
    "sagemaker_training": "environment and logging_config",
}
_MISSING = re.compile(
    r"(?:ModuleNotFoundError: No module named |"
    rf"ImportError: cannot import name '[^']+' from (?='(?:{'|'.join(TOOLKITS)})[.']))"
    r"'(?P<name>[^']+)'"
)
_ADVICE = {
    **dict.fromkeys(("flask", "werkzeug"), _RESPONSE),
    **dict.fromkeys(("boto3", "botocore", "s3fs", "sagemaker"), _NO_SERVICE),
    **dict.fromkeys(("mlio", "mms", "smdebug", "smdistributed", "ts"), _OTHER_IMAGES),
}
# As sagemaker_xgboost_container, sagemaker_sklearn_extension, sagemaker_huggingface_inference_toolkit.
_OF_AN_IMAGE = re.compile(r"sagemaker_\w+_(container|extension|toolkit)")


def missing(error: ImportError, code: Path) -> str | None:
    """The message for a module, or a name in a toolkit, that the script imports and the image does not have.

    None for what else may be wrong with an import.
    """
    if not isinstance(error, ModuleNotFoundError) and _top(error.name or "") not in TOOLKITS:
        return None
    places = [
        frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(str(code))
    ]
    place = f"{Path(places[-1].filename).relative_to(code)}, line {places[-1].lineno}: " if places else ""
    return f"{place}{error}. {advice(error.name or '', code)}"


def advised(message: str, code: Path) -> str:
    """The last line of a traceback, followed by what to do where it says what `missing` tells."""
    found = _MISSING.search(message)
    return f"{message.rstrip()}. {advice(found['name'], code)}" if found else message


def advice(module: str, code: Path) -> str:
    """What to do about a module that the image does not have."""
    top = _top(module)
    if names := TOOLKITS.get(top):
        return f"Of {top} the image has only {names}: do without the rest."
    if told := _OTHER_IMAGES if _OF_AN_IMAGE.fullmatch(top) else _ADVICE.get(top):
        return f"The image does not have it: {told}."
    wanted = f" Nothing of {REQUIREMENTS} is installed." if (code / REQUIREMENTS).is_file() else ""
    return f"The image does not have it: put {top} beside the script, or into an image of your own.{wanted}"


def absent_names(module: str) -> Callable[[str], Any]:
    """The `__getattr__` of a toolkit's module: says of a name that is absent what the image has instead."""

    def absent(name: str) -> Any:
        # SageMaker's own packages import all their modules with themselves.
        if not name.startswith("__") and _is_module(f"{module}.{name}"):
            return importlib.import_module(f"{module}.{name}")
        # No other error: pickle asks every module that is loaded for the name of a function without one.
        raise AttributeError(f"module {module!r} has no attribute {name!r}. {advice(module, Path())}")

    return absent


def _top(module: str) -> str:
    return module.partition(".")[0]


def _is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def warn_of_unmet(code: Path) -> None:
    """Log which packages of the script's requirements.txt the image has not, or not so.

    The toolkits install them by pip. Nothing is installed here: under network isolation nothing could be, and
    a laptop's environment is not the script's to change.
    """
    unmet = list(_unmet(code / REQUIREMENTS))
    if unmet:
        logger.warning("%s is not installed: %s", REQUIREMENTS, "; ".join(unmet))


def _unmet(path: Path) -> Iterator[str]:
    if not path.is_file():
        return
    for line in path.read_text(errors="replace").splitlines():
        found = _REQUIREMENT.match(line)
        if found is None:
            continue
        try:
            version = importlib.metadata.version(found["name"])
        except importlib.metadata.PackageNotFoundError:
            yield f"the image has no {found['name']}"
            continue
        if found["version"] and found["version"] != version:
            yield f"the image has {found['name']} {version}, not {found['version']}"
