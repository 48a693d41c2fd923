"""Which type an Accept asks for, by RFC 9110."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scikit_learn_image.conventions import StrictConventions
from toolkit.negotiation import NotAcceptable, preferred

CSV, JSON, NPY, LINES = "text/csv", "application/json", "application/x-npy", "application/jsonlines"
OFFERED = (CSV, JSON, NPY)


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", CSV),
        (",", CSV),
        ("*/*", CSV),
        ("*/*;q=0.8", CSV),
        ("*/* ; q=0.8", CSV),
        ("*/*;q=0.001", CSV),
        ("*", CSV),
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", CSV),
        ("text/*", CSV),
        ("application/*", JSON),
        ("application/*;q=0.5, text/*;q=0.4", JSON),
        ("text/csv;q=0, */*", JSON),
        ("text/csv;q=0.0, application/json;q=0.000, */*;q=0.1", NPY),
        ("text/*;q=0, */*;q=0.3", JSON),
        ("application/json, text/csv;q=0.9", JSON),
        ("text/csv;q=0.9, application/json", JSON),
        ("text/csv;q=0.9,application/json;Q=0.95", JSON),
        ("text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", CSV),
        ("*/*, application/json", JSON),
        ("text/*;q=1, application/json;q=1", JSON),
        ("application/json, text/csv", JSON),
        ("text/csv, application/json", CSV),
        ("image/png, application/x-npy;q=0.1", NPY),
        ("APPLICATION/JSON", "APPLICATION/JSON"),
        ("application/json; charset=utf-8", "application/json; charset=utf-8"),
        ("application/json;charset=utf-8;q=0.5", "application/json; charset=utf-8"),
        (", ,application/json,", JSON),
        ('image/png;title="a, b;q=0", application/json;q=0.1', JSON),
    ],
)
def test_the_greatest_weight_wins_then_the_narrowest_range_then_the_first(accept: str, chosen: str) -> None:
    assert preferred(accept, CSV, OFFERED) == chosen


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("image/png", "image/png"),
        ("image/png;q=0.1, image/gif;q=0.2", "image/gif"),
        ("image/*", "image/*"),
        ("image/*, text/csv;q=0.5", CSV),
        ("image/png, application/json;q=0.1", JSON),
        ("text/html, application/xhtml+xml, */*;q=0.8", LINES),
        ("application/json, text/plain, */*", JSON),
        ("application/json;q=0.5, application/x-npy;q=0.9", NPY),
        ("text/*", CSV),
        ("application/*", LINES),
        ("application/jsonlines;q=0, application/*", JSON),
        ("*/*", LINES),
    ],
)
def test_where_nobody_knows_what_can_be_written_a_usual_type_is_chosen_before_any_other(
    accept: str, chosen: str
) -> None:
    assert preferred(accept, LINES) == chosen


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", LINES),
        ("*/*", CSV),
        ("application/*", JSON),
        ("application/jsonlines, application/x-npy;q=0.1", NPY),
        ("application/jsonlines, */*;q=0.1", CSV),
    ],
)
def test_a_default_that_cannot_be_written_answers_an_absent_header_alone(accept: str, chosen: str) -> None:
    assert preferred(accept, LINES, OFFERED) == chosen


def test_a_default_that_cannot_be_written_is_refused_where_the_header_names_it() -> None:
    with pytest.raises(NotAcceptable, match="text/csv, application/json, application/x-npy"):
        preferred("application/jsonlines", LINES, OFFERED)


@pytest.mark.parametrize("default", ["text/csv; charset=utf-8", "Text/CSV"])
def test_a_default_that_can_be_written_is_given_as_it_is_spelt(default: str) -> None:
    assert preferred("*/*", default, OFFERED) == default
    assert preferred("text/csv;q=0, */*", default, OFFERED) == JSON


@pytest.mark.parametrize(
    "accept", ["image/png", "image/*", "text/csv;q=0", "*/*;q=0", "text/html, image/png;q=0.5"]
)
def test_what_accepts_nothing_of_what_is_offered_is_refused_with_the_list_of_it(accept: str) -> None:
    with pytest.raises(NotAcceptable, match="text/csv, application/json, application/x-npy") as refusal:
        preferred(accept, CSV, OFFERED)

    assert refusal.value.status == 406


def test_a_header_that_allows_nothing_is_refused() -> None:
    with pytest.raises(NotAcceptable, match="allows no type"):
        preferred("*/*;q=0, image/png;q=0.0", CSV)


@pytest.mark.parametrize(
    "accept",
    [
        "csv",
        "text/",
        "/csv",
        "*/csv",
        "text/csv application/json",
        "text/csv;q=1.1",
        "text/csv;q=-1",
        "text/csv;q=0.1234",
        "text/csv;q=high",
        "text/csv;q",
        "text/csv;q=",
        'text/csv;title="open',
        "text/csv\x00",
        "text/csv;q=0.5, ,csv",
    ],
)
@pytest.mark.parametrize("offered", [OFFERED, ()])
def test_a_malformed_header_is_refused(accept: str, offered: tuple[str, ...]) -> None:
    with pytest.raises(NotAcceptable, match="The Accept header is malformed") as refusal:
        preferred(accept, CSV, offered)

    assert refusal.value.status == 406


@given(st.text() | st.text(alphabet='*/;,q=.01" textcsv'))
def test_any_header_is_answered_by_an_offered_type_or_refused(accept: str) -> None:
    try:
        chosen = preferred(accept, CSV, OFFERED)
    except NotAcceptable:
        return

    assert chosen.partition(";")[0].strip().lower() in OFFERED


@given(
    st.lists(
        st.tuples(st.sampled_from([*OFFERED, "image/png", "text/*", "*/*"]), st.integers(0, 1000)),
        min_size=1,
        max_size=6,
        unique_by=lambda pair: pair[0],
    )
)
def test_what_is_chosen_has_no_less_weight_than_any_other_offered_type(ranges: list[tuple[str, int]]) -> None:
    accept = ", ".join(f"{name};q={weight / 1000:.3f}" for name, weight in ranges)
    said = dict(ranges)

    def weight(name: str) -> int:
        narrowest_first = (name, name.split("/", maxsplit=1)[0] + "/*", "*/*")
        return next((said[text] for text in narrowest_first if text in said), 0)

    greatest = max(map(weight, OFFERED))
    if greatest == 0:
        with pytest.raises(NotAcceptable):
            preferred(accept, CSV, OFFERED)
    else:
        assert weight(preferred(accept, CSV, OFFERED)) == greatest


PARAMETERS = ["", ";q=0.5", ";Q=1", "; charset=utf-8", ";a=b;q=0.1", ";q=0.2;a=b"]
_TYPES = st.sampled_from([CSV, "Text/CSV", JSON, NPY, "text/*", "*/*", "image/png"])


@given(st.lists(st.tuples(_TYPES, st.sampled_from(PARAMETERS)).map("".join), max_size=4).map(", ".join))
def test_scikit_learns_own_output_gets_a_type_that_it_writes_or_the_caller_is_refused(accept: str) -> None:
    conventions = StrictConventions()

    try:
        chosen = conventions.accept(accept, JSON, conventions.offered)
    except NotAcceptable:
        assert (
            "/csv" not in accept.lower() and "json" not in accept and "*" not in accept and NPY not in accept
        )
        return

    assert chosen in conventions.offered
