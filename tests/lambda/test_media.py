"""What a Content-Type says, and which of the offered media types an Accept header prefers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prediction_service.media_types import CSV, JSON, accepted, named, preferred


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
        ("text/csv;charset=utf-8;header=absent", CSV),
        ("text/csv;charset=utf-8;header=absent;q=0.5, application/json;q=0.4", CSV),
        ("text/csv;charset=utf-8;charset=us-ascii;header=absent", CSV),
        ("text/csv;charset=utf-8;header=present", None),
        ("text/csv;q=0.5;q=0.6", None),
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


@pytest.mark.parametrize(
    ("content_type", "name", "taken"),
    [
        (None, "", None),
        ("", "", None),
        (";", "", None),
        ("text/csv", CSV, CSV),
        (' Text/CSV ; Charset = "UTF-8" ', CSV, CSV),
        ("text/csv;charset=utf-8;header=absent", CSV, CSV),
        ("text/csv;charset=us-ascii;charset=utf-8;header=absent", CSV, CSV),
        ("text/csv;charset=utf-8;header=present", CSV, None),
        ("text/csv;charset=latin-1", CSV, None),
        ("text/csv;;", CSV, CSV),
        ("text/html", "text/html", None),
        ("csv", "csv", None),
    ],
)
def test_a_content_type_is_taken_if_nothing_in_it_changes_how_the_body_is_read(
    content_type: str | None, name: str, taken: str | None
) -> None:
    assert named(content_type) == name
    assert accepted(content_type, (JSON, CSV)) == taken


@given(st.text())
def test_any_content_type_has_an_answer(content_type: str) -> None:
    assert accepted(content_type, (JSON, CSV)) in {JSON, CSV, None}
    assert named(content_type) == named(content_type).lower().strip()
