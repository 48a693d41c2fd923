"""The switch that gives a managed image's own behavior: what sets it, and what its former name leads to."""

import pytest
from toolkit import environment
from toolkit.errors import ContainerProblem


@pytest.mark.parametrize(
    ("value", "managed"), [("1", True), ("true", True), ("", False), ("0", False), ("False", False)]
)
def test_the_switch_is_on_unless_it_is_empty_or_says_no(value: str, managed: bool) -> None:
    assert environment.managed_behavior({"SLIPWAY_MANAGED_BEHAVIOR": value}) is managed


@pytest.mark.parametrize("value", ["1", "0", ""])
def test_its_former_name_is_refused_with_the_present_one(value: str) -> None:
    former = "SLIPWAY_MANAGED_BEHAVIOUR"  # codespell:ignore
    with pytest.raises(
        ContainerProblem, match=f"^{former} is now called SLIPWAY_MANAGED_BEHAVIOR: rename it"
    ):
        environment.managed_behavior({former: value})
