"""`python -m fuzz.keep`: from what fuzzing found, the small inputs that reach something new, for the corpus.

For each target (or those that are named) the shortest inputs that run a line or take a branch which no input
of fuzz/corpus/<target> does are copied there, at most so many that LARGEST is not exceeded.
"""

import hashlib
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType

from fuzz.target import FOLDERS, ROOT, Parse, Target
from fuzz.targets import TARGETS

LARGEST = 64
_LONGEST_INPUT = 1024
_TOOL = sys.monitoring.COVERAGE_ID
_EVENTS = sys.monitoring.events.LINE | sys.monitoring.events.BRANCH
_ROOMS = tuple(str(ROOT / folder) for folder in (*FOLDERS, "local"))


def main() -> None:
    for name in sys.argv[1:] or TARGETS:
        target = TARGETS[name]
        found = sorted((ROOT / "build" / "fuzz" / name / "corpus").glob("*"), key=lambda p: p.stat().st_size)
        kept = sorted(target.corpus.iterdir())
        with _news(target.load()) as is_news:
            for path in kept:
                is_news(path)
            for path in found:
                if len(kept) == LARGEST or path.stat().st_size > _LONGEST_INPUT:
                    break
                if is_news(path):
                    kept.append(_keep(path, target))
        print(f"{name}: {len(kept)} inputs")


def _keep(path: Path, target: Target) -> Path:
    kept = target.corpus / hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    shutil.copyfile(path, kept)
    return kept


def _ignoring(parse: Parse, path: Path) -> None:
    # A fault is found by fuzzing and by the tests; here the way to it is what counts.
    try:
        parse(path.read_bytes())
    except Exception as error:
        print(f"{path}: {type(error).__name__}", file=sys.stderr)


@contextmanager
def _news(parse: Parse) -> Iterator[Callable[[Path], bool]]:
    """A function that says whether an input is the first to reach some line or branch."""
    reached: set[tuple[CodeType, int, int]] = set()

    def on_line(code: CodeType, line: int) -> object:
        return note(code, line, 0)

    def note(code: CodeType, start: int, end: int) -> object:
        if not code.co_filename.startswith(_ROOMS):
            return sys.monitoring.DISABLE
        reached.add((code, start, end))
        return None

    def is_news(path: Path) -> bool:
        before = len(reached)
        _ignoring(parse, path)
        return len(reached) > before

    sys.monitoring.use_tool_id(_TOOL, "fuzz.keep")
    sys.monitoring.register_callback(_TOOL, sys.monitoring.events.LINE, on_line)
    sys.monitoring.register_callback(_TOOL, sys.monitoring.events.BRANCH, note)
    sys.monitoring.set_events(_TOOL, _EVENTS)
    try:
        yield is_news
    finally:
        sys.monitoring.set_events(_TOOL, 0)
        sys.monitoring.free_tool_id(_TOOL)


if __name__ == "__main__":
    main()
