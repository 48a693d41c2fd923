"""Modules of lambda/shared in tests of the templates, which must agree with them."""

import importlib.util
from types import ModuleType

from assemblies import ROOT


def lambda_module(name: str) -> ModuleType:
    """A module that imports nothing else of the function."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "lambda" / "shared" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
