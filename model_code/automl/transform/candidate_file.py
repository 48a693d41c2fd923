"""A candidate's transformers, as a person may have edited them: dppN.py of the generated module."""

import importlib.util
import sys
from pathlib import Path, PurePosixPath

from feature_pipeline import FeaturePipeline

FOLDER = PurePosixPath("generated_module", "candidate_data_processors")


def load(folder: Path, candidate: str) -> FeaturePipeline:
    """What `build_feature_transform` of the candidate's file returns.

    `dpp0-xgboost` is built by dpp0.py. Raises ValueError if there is no such file, or it fails or builds
    something else; the message names it.
    """
    name = candidate.partition("-")[0]
    path = folder / FOLDER / f"{name}.py"
    known = sorted(one.stem for one in (folder / FOLDER).glob("dpp*.py"))
    if name not in known:
        raise ValueError(
            f"candidate: expected one of {', '.join(known) or 'none'}, which are in {path.parent}; "
            f"got {candidate!r}"
        )
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ValueError(f"{path}: expected a Python module")
    module = importlib.util.module_from_spec(spec)
    # Its byte code is not to appear in a folder that is an input.
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
        built = module.build_feature_transform()
    except Exception as error:
        # The file is a person's: whatever it raises is told by the file's name.
        raise ValueError(f"{path.name}: {type(error).__name__}: {error}") from error
    finally:
        sys.dont_write_bytecode = writes
    if not isinstance(built, FeaturePipeline):
        raise ValueError(f"{path.name}: expected a FeaturePipeline of build_feature_transform, got {built!r}")
    return built
