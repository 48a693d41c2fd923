"""Whether two patterns have a text in common."""

_STARS = {"*": "", "\0": "/"}
# A wildcard that stands for anything but a slash: the name of a bucket.
NAME = "\0"


def overlap(one: str, other: str) -> bool:
    """Whether some text matches both patterns, of `*`, `?` and NAME."""
    seen = {(0, 0)}
    ahead = [(0, 0)]
    while ahead:
        place = ahead.pop()
        if place == (len(one), len(other)):
            return True
        steps = _steps(one, other, *place)
        ahead += steps - seen
        seen |= steps
    return False


def _steps(one: str, other: str, i: int, j: int) -> set[tuple[int, int]]:
    """The places in both patterns after one more character, or past a wildcard."""
    a, b = one[i : i + 1], other[j : j + 1]
    steps = set()
    if a in _STARS and a:
        steps |= {(i + 1, j)} | ({(i, j + 1)} if b and b not in _STARS[a] else set())
    if b in _STARS and b:
        steps |= {(i, j + 1)} | ({(i + 1, j)} if a and a not in _STARS[b] else set())
    if a and b and (a == b or "?" in (a, b)):
        steps.add((i + 1, j + 1))
    return steps
