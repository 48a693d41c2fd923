"""Which tests see a change first: by the folders of the changed files, from texts alone."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

# They read the whole tree, so that any change can break them.
OF_EVERY_CHANGE = (
    "tests/test_imports.py",
    "tests/quality/checks/test_words.py",
    "tests/commands/test_printed_commands.py",
)
# Each of their tests runs whole commands, a browser, or an image with an environment of its own.
TOO_LONG = (
    *("tests/commands/", "tests/heavy/", "tests/workbench/", "tests/browser/"),
    *("tests/local/commands/", "tests/local/chaos/", "tests/lambda/test_package_lambda.py"),
)
# Rooms whose folders are on the path of what runs: their modules are imported by their names alone.
_ON_THE_PATH = ("containers", "lambda", "model_code", "scripts")
# Where the tests of what has no folder are.
_OF_TOP = {
    "app.py": "tests/stacks",
    "cdk.json": "tests/stacks",
    "versions.toml": "tests/local/containers",
    "prices.toml": "tests/rehearsal",
}


def selected(texts: Mapping[str, str], changed: Sequence[str]) -> list[str]:
    """The test files that see the changed files, the nearest first.

    `texts` are the modules below tests/ by their paths. First come test files that changed, then those that
    are named like a changed module, those that name it, those that name its folder, those that import what
    names it, and the rest of the folder of tests that mirrors it. What takes long is left out, even if it
    changed.
    """
    ranks: dict[str, int] = {}
    for path in changed:
        for rank, found in enumerate(_ranked(texts, PurePosixPath(path))):
            for one in found:
                ranks[one] = min(rank, ranks.get(one, rank))
    tests = [one for one in ranks if _is_test(one) and not one.startswith(TOO_LONG)]
    every = [one for one in OF_EVERY_CHANGE if one in texts and changed]
    return [*every, *sorted({*tests} - {*every}, key=lambda one: (ranks[one], one))]


def _ranked(texts: Mapping[str, str], path: PurePosixPath) -> Iterator[list[str]]:
    if path.parts[0] == "tests":
        yield [str(path)] if str(path) in texts else []
        yield from ([], [], [])
        yield _importers(texts, [str(path)] if path.suffix == ".py" else [])
        return
    module, folder = _naming(texts, path.with_suffix("")), _naming(texts, path.parent)
    yield []
    yield [one for one in module + folder if PurePosixPath(one).stem.startswith(f"test_{path.stem}")]
    yield module
    yield folder
    yield _importers(texts, [one for one in module + folder if not _is_test(one)])
    yield _mirrored(texts, path)


def _naming(texts: Mapping[str, str], place: PurePosixPath) -> list[str]:
    """Those that name a module or a folder, but not a whole room: by a path, or by what they import."""
    *above, name = place.parts or [""]
    if not above:
        return []
    package, last = (re.escape(one) for one in (".".join(above), name))
    names = [rf"{package}(?:\.| import (?:.*\b)?){last}", rf"{re.escape(above[-1])}/{last}"]
    if above[0] in _ON_THE_PATH:
        names.append(rf"(?:from|import) {last}")
    pattern = re.compile(rf"(?:{'|'.join(names)})\b")
    return [one for one, text in texts.items() if pattern.search(text)]


def _importers(texts: Mapping[str, str], helpers: Sequence[str]) -> list[str]:
    """Those that import one of these modules of the tests; of a conftest.py all that are below its folder."""
    found: list[str] = []
    for helper in map(PurePosixPath, helpers):
        if helper.name == "conftest.py":
            found += [one for one in texts if one.startswith(f"{helper.parent}/")]
        else:
            pattern = re.compile(rf"^\s*(?:from|import) {re.escape(helper.stem)}\b", re.MULTILINE)
            found += [one for one, text in texts.items() if pattern.search(text)]
    return found


def _mirrored(texts: Mapping[str, str], path: PurePosixPath) -> list[str]:
    """All in the deepest folder of tests/ that has the name of the file's, or of one above it."""
    if str(path) in _OF_TOP:
        return [one for one in texts if one.startswith(f"{_OF_TOP[str(path)]}/")]
    for folder in path.parents:
        if folder.parts and (found := [one for one in texts if one.startswith(f"tests/{folder}/")]):
            return found
    return []


def _is_test(path: str) -> bool:
    return PurePosixPath(path).name.startswith("test_")


def modules(root: Path) -> Mapping[str, str]:
    """The texts of the modules below tests/, by their paths from the root."""
    paths = sorted((root / "tests").rglob("*.py"))
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in paths}
