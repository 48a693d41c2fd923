from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from cloud_assemblies import STACK, Declared, write

from review.content_report import Assets
from review.loading import load
from review.report import report
from review.stack_review import review

type Side = Declared | Mapping[str, Declared]


@pytest.fixture
def diff(tmp_path: Path) -> Callable[[Side, Side], str]:
    """The report on two apps, each given as its one stack or by stack names."""

    def run(old: Side, new: Side) -> str:
        sides = [side if isinstance(side, Mapping) else {STACK: side} for side in (old, new)]
        before, after = (
            load(write(tmp_path / name, side)) for name, side in zip(("old", "new"), sides, strict=True)
        )
        return report(review(before, after), Assets(before.assets, after.assets))

    return run


@pytest.fixture
def changed(diff: Callable[[Side, Side], str]) -> Callable[..., str]:
    """The report on one stack with the one resource `Thing`, given its type and old and new properties."""

    def run(type: str, old: Any, new: Any, **attributes: Any) -> str:
        sides = [Declared({"Thing": {"Type": type, "Properties": side, **attributes}}) for side in (old, new)]
        return diff(*sides)

    return run
