"""Spelling, and the terms of the glossary, in all that people read: pages, messages, docstrings, comments."""

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from assembly.program import ended

GLOSSARY = Path("docs/glossary.md")
# Beside codespell's own dictionaries, which pyproject.toml chooses.
SPELLING = Path("quality/checks/spelling.txt")
_NAMES = ("*.py", "*.md", "*.toml", "*.yaml", "*.yml", "*.sh", "Makefile", "scripts/*", ".ci/*")
_READ = (*_NAMES, ":!tests/snapshots")
# Tests name what is wrong on purpose, and sentences of the scanners are not ours.
_OURS = (*_NAMES, ":!tests", f":!{GLOSSARY}", ":!docs/acknowledged-findings.md", ":!docs/planted-faults.md")
_ROW = re.compile(r"^\| (?P<say>[^|]+) \| (?P<meaning>[^|]+) \| (?P<other>[^|]+) \|$", re.MULTILINE)
_REFUSED = re.compile(r"\*\*([^*]+)\*\*")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m quality.checks.words",
        description=f"Reports misspelled words, British spelling, and the words in bold of {GLOSSARY}. "
        "Exits 1 when there are any.",
    )
    parser.parse_args(arguments)
    refused = terms(GLOSSARY.read_text(encoding="utf-8"))
    faults = [*misspelled(_listed(_READ)), *wrong_terms(_listed(_OURS), refused)]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


def misspelled(files: Sequence[Path]) -> list[str]:
    """Lines `file:line: word ==> right word`; raises CalledProcessError when codespell itself fails."""
    command = [sys.executable, "-m", "codespell_lib", "--dictionary", "-", "--dictionary", str(SPELLING)]
    run = subprocess.run([*command, *map(str, files)], capture_output=True, text=True, check=False)
    if run.returncode not in (0, 65):
        raise subprocess.CalledProcessError(run.returncode, command, run.stdout, run.stderr)
    return run.stdout.splitlines()


def terms(glossary: str) -> Mapping[str, str]:
    """The refused terms, bold in the third column of the glossary's tables, each with what to say instead.

    Raises ValueError if there are none."""
    refused = {
        term: row["say"].strip() for row in _ROW.finditer(glossary) for term in _REFUSED.findall(row["other"])
    }
    if not refused:
        raise ValueError(f"{GLOSSARY}: expected a table with bold terms in its third column")
    return refused


def wrong_terms(files: Sequence[Path], refused: Mapping[str, str]) -> Iterator[str]:
    """Lines as codespell writes them, for each refused term outside identifiers."""
    pattern = re.compile(rf"\b({'|'.join(map(re.escape, refused))})\b", re.IGNORECASE)
    for path in files:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            for found in pattern.finditer(line):
                yield f"{path}:{number}: {found[0]} ==> {refused[found[0].lower()]}"


def _listed(pathspecs: Sequence[str]) -> list[Path]:
    """The files of the work tree that match, committed or not."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *pathspecs]
    found = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [path for name in found.split("\0") if name and (path := Path(name)).is_file()]


if __name__ == "__main__":
    sys.exit(ended(main))
