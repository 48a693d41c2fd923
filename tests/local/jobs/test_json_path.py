"""The paths of batch transform's filters: AWS's documented operators, and nothing else."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.errors import JobError
from local.jobs.transform.json_path import JsonPath, NothingSelectedError

RECORD = {
    "id": 7,
    "features": [1, 2, 3, 4],
    "a b": {"c": [{"d": 1}, {"d": 2}]},
    "SageMakerOutput": {"p": 0.5},
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$", RECORD),
        ("$.id", 7),
        ("$.features", [1, 2, 3, 4]),
        ("$['features']", [1, 2, 3, 4]),
        ('$["features"]', [1, 2, 3, 4]),
        ("$.['features']", [1, 2, 3, 4]),
        ("$.features[0]", 1),
        ("$.features[-1]", 4),
        ("$.features[0,-1]", [1, 4]),
        ("$.features[ 0 , 2 ]", [1, 3]),
        ("$.features[1:]", [2, 3, 4]),
        ("$.features[:2]", [1, 2]),
        ("$.features[1:3]", [2, 3]),
        ("$.features[-2:]", [3, 4]),
        ("$.features[:]", [1, 2, 3, 4]),
        ("$.features[0,2:]", [1, 3, 4]),
        ("$.features[*]", [1, 2, 3, 4]),
        ("$.SageMakerOutput.p", 0.5),
        ("$['id','SageMakerOutput']", {"id": 7, "SageMakerOutput": {"p": 0.5}}),
        ("$.['id', 'features']", {"id": 7, "features": [1, 2, 3, 4]}),
        ("$['a b'].c[0].d", 1),
        ("$['a b'].c[*].d", [1, 2]),
        ("$['a b'].c[0:1].d", [1]),
        ("$.SageMakerOutput.*", [0.5]),
    ],
)
def test_a_path_selects_what_it_names(path: str, expected: Any) -> None:
    assert JsonPath(path).select(RECORD) == expected


@pytest.mark.parametrize(
    "path",
    [
        *(
            "",
            "id",
            "$id",
            "$.",
            "$..id",
            "$[",
            "$[]",
            "$[0",
            "$[1:2:3]",
            "$[a]",
            "$['a'",
            "$['a',]",
            "$[,0]",
        ),
        *(
            "$[?(@.a)]",
            "$[(@.length-1)]",
            "$.a b",
            "$ ",
            "$['a','b'].c",
            "$['a','b'][0]",
            "$.a.",
            "$.a-*",
            "@",
        ),
    ],
)
def test_what_is_no_documented_path_is_refused(path: str) -> None:
    with pytest.raises(JobError, match="is not a JSONPath that batch transform supports"):
        JsonPath(path)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("$.name", "the object has no 'name'"),
        ("$['id','name']", "the object has no 'name'"),
        ("$.features[4]", "the index 4 is out of range for 4 elements"),
        ("$.features[0,-5]", "the index -5 is out of range for 4 elements"),
        ("$.features[4:]", "selects nothing"),
        ("$.id.name", "expected an object with 'name'"),
        ("$[0]", r"expected an array for \[0\]"),
        ("$.id[*]", r"expected an object or an array for \*"),
    ],
)
def test_what_a_path_names_must_be_there(path: str, message: str) -> None:
    with pytest.raises(NothingSelectedError, match=message):
        JsonPath(path).select(RECORD)


BOUND = st.none() | st.integers(-9, 9)


@given(st.lists(st.text(), min_size=1, max_size=8), BOUND, BOUND)
def test_a_slice_is_a_slice(row: list[str], first: int | None, last: int | None) -> None:
    path = JsonPath(f"$[{'' if first is None else first}:{'' if last is None else last}]")
    if expected := row[first:last]:
        assert path.select(row) == expected
    else:
        with pytest.raises(NothingSelectedError):
            path.select(row)


@given(st.dictionaries(st.text(), st.integers(), min_size=1))
def test_any_name_may_stand_in_quotes(record: dict[str, int]) -> None:
    for name, value in record.items():
        quoted = name.replace("\\", "\\\\").replace("'", "\\'")
        assert JsonPath(f"$['{quoted}']").select(record) == value


@given(st.text("$.[]'\",:*0-1a ()?@\\", max_size=12))
def test_any_text_is_a_path_or_refused(text: str) -> None:
    try:
        path = JsonPath(text)
    except JobError:
        return
    try:
        path.select([["a"], {"a": 1}])
    except NothingSelectedError:
        return
