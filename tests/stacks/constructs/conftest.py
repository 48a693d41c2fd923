"""What most constructs are looked at in."""

from typing import Any

import pytest
from assemblies import Assembly


@pytest.fixture
def template(each: Assembly) -> Any:
    """Churn's serving stack, of each environment."""
    return each.template("churn-serving")
