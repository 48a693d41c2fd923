"""Which of the offered media types an Accept header prefers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prediction_service.media_types import CSV, JSON, preferred


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("text/*", CSV),
        ("text/csv", CSV),
        ("text/csv, */*;q=0.1", CSV),
        ("application/json;q=0.5, text/csv;q=0.6", CSV),
        ("*/*, application/json;q=0", CSV),
        ("text/html, application/xhtml+xml, */*;q=0.8", JSON),
        ("text/csv;q=0, */*;q=0.001", JSON),
        ("text/csv;header=absent", CSV),
        ("text/csv;header=present", None),
        ("text/csv;q=1.5", None),
        ("text/csv;q=-1", None),
        ("application/*;q=0", None),
        ("*/csv", None),
        ("text", None),
        (";;,,=", None),
    ],
)
def test_the_most_specific_range_with_the_highest_quality_wins(
    accept: str | None, chosen: str | None
) -> None:
    assert preferred(accept, (JSON, CSV)) == chosen


@given(st.text())
def test_any_header_has_an_answer(accept: str) -> None:
    assert preferred(accept, (JSON, CSV)) in {JSON, CSV, None}
