"""`make check` reports misspelled words, British spelling and terms that the glossary refuses."""

import subprocess
from pathlib import Path

import pytest
from assemblies import ROOT

from quality.checks import words


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A work tree of its own, with this project's rules."""
    for name in ("pyproject.toml", str(words.SPELLING), str(words.GLOSSARY)):
        copy = tmp_path / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((ROOT / name).read_bytes())
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    code = words.main([])
    return code, capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("name", "text", "finding"),
    {
        "a page is misspelled": ("docs/a.md", "The recieved row.\n", "docs/a.md:1: recieved ==> received"),
        "the README is British": ("README.md", "\nAn artefact.\n", "README.md:2: artefact ==> artifact"),
        "a message is British": ("a.py", 'raise E("not authorised")\n', "a.py:1: authorised ==> authorized"),
        "a comment is British": ("a.py", "# the behaviour\n", "a.py:1: behaviour ==> behavior"),
        "a name is British": ("a.py", "def _synthesise_all(): ...\n", "a.py:1: synthesise ==> synthesize"),
        "a class is British": ("a.py", "class TokenAuthoriser: ...\n", "a.py:1: Authoriser ==> Authorizer"),
        "a term of ours": ("a.md", "Its use case.\n", "a.md:1: use case ==> workload"),
        "a phrase": ("a.py", '"""Not to be had."""\n', "a.py:1: to be had ==> unavailable"),
        "a capital letter": ("a.py", "# Mended.\n", "a.py:1: Mended ==> fix"),
    }.values(),
)
def test_a_planted_word_is_reported_with_what_to_say(
    tree: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, finding: str
) -> None:
    (tree / name).write_text(text)
    assert found(capsys) == (1, [finding])


def test_what_is_spelled_as_aws_spells_it_is_quiet(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "a.md").write_text("An artifact, an authorization, a color, an acknowledgement.\n")
    (tree / "a.py").write_text("future.cancelled()\n")
    assert found(capsys) == (0, [])


@pytest.mark.parametrize("folder", ["build", ".venv"])
def test_what_git_ignores_is_not_read(tree: Path, capsys: pytest.CaptureFixture[str], folder: str) -> None:
    (tree / ".gitignore").write_text(f"{folder}/\n")
    (tree / folder).mkdir()
    (tree / folder / "a.md").write_text("An artefact.\n")
    assert found(capsys) == (0, [])


def test_tests_may_name_a_refused_term_but_not_misspell(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tree / "tests").mkdir()
    (tree / "tests" / "test_a.py").write_text('match="use case"  # a colour\n')
    assert found(capsys) == (1, ["tests/test_a.py:1: colour ==> color"])


def test_a_dictionary_that_cannot_be_read_is_no_clean_tree(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words.SPELLING.unlink()
    with pytest.raises(subprocess.CalledProcessError):
        found(capsys)


def test_the_glossary_refuses_only_words_in_bold() -> None:
    table = "| say | meaning | do not say |\n| --- | --- | --- |\n| hop | one container | **leg**, stage |\n"
    assert words.terms(table) == {"leg": "hop"}


def test_a_glossary_without_a_table_is_refused() -> None:
    with pytest.raises(ValueError, match=r"docs/glossary\.md: expected a table"):
        words.terms("# Glossary\n")


def test_this_tree_is_clean(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    assert found(capsys) == (0, [])
