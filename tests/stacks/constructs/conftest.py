"""What most constructs are looked at in."""

from typing import Any

import pytest
from assemblies import Assembly
from declared import unmonitored


@pytest.fixture
def template(each: Assembly) -> Any:
    """Churn's serving stack, of each environment, without its monitoring, which has tests of its own."""
    return unmonitored(each.template("churn-serving"))
