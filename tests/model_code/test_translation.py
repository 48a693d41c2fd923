"""The translation's scripts: text, corpus, vocabulary and records, the sample, and the evaluation."""

import gzip
import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_scripts import load, run

text, records, vocabulary = (
    load(f"translation/prepare/translation_{name}") for name in ("text", "records", "vocabulary")
)
evaluate = load("translation/evaluate/__main__")
report = load("translation/evaluate/translation_report")
sample = load("translation/sample/__main__")

OUTPUTS = ("train", "validation", "vocab", "test", "labels")
CORPUS = {
    "train.en": "I love you\nthe dog sleeps .\n",
    "train.de": "ich liebe dich\nder Hund schläft .\n",
    "validation.en": "the cat sleeps .\n",
    "validation.de": "die Katze schläft .\n",
    "test.en": "I love the dog .\n",
    "test.de": "ich liebe den Hund .\n",
}


def write_corpus(folder: Path, **changes: str | bytes) -> Path:
    """The corpus, with other content of `<part>_<language>`."""
    folder.mkdir()
    changed = {name.replace("_", "."): content for name, content in changes.items()}
    for name, content in {**CORPUS, **changed}.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def prepare(corpus: Path, output: Path, *options: str) -> subprocess.CompletedProcess[str]:
    places = [part for name in OUTPUTS for part in (f"--{name}", output / name)]
    return run("translation/prepare", "--input", corpus, *places, *options)


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("I love you, too", "i love you , too"),
        ("  The dog\tsleeps. ", "the dog sleeps ."),
        ("Don't! She's well-known?", "don't ! she's well-known ?"),
        ("Cafe\u0301 (so-called)", "caf\u00e9 ( so-called )"),
        ("\u00c4pfel", "\u00e4pfel"),
        (" \n", ""),
    ],
)
def test_a_sentence_to_translate_is_split_into_words_in_lower_case(sentence: str, words: str) -> None:
    assert " ".join(text.source_words(sentence)) == words


@given(st.text())
def test_what_is_split_already_stays_as_it_is(sentence: str) -> None:
    once = text.words(sentence)

    assert text.words(" ".join(once)) == once


def test_words_of_the_other_language_keep_their_case() -> None:
    assert text.words("der Hund, die Katze") == ["der", "Hund", ",", "die", "Katze"]


def test_the_most_frequent_words_come_first_and_those_of_one_frequency_by_alphabet() -> None:
    numbers = vocabulary.vocabulary([["b", "a", "c"], ["c", "<s>"]], most_words=2)

    assert numbers == {"<pad>": 0, "<unk>": 1, "<s>": 2, "</s>": 3, "c": 4, "a": 5}
    assert vocabulary.encode(["a", "b", "c"], numbers) == [5, 1, 4]


def test_a_corpus_becomes_records_vocabularies_and_the_test_parts_lines(tmp_path: Path) -> None:
    zipped = gzip.compress(b"the dog sleeps .\r\n\r\nI love you\r\n")
    corpus = write_corpus(tmp_path / "corpus", train_de="der Hund schläft .\nnichts\nich liebe dich\n")
    (corpus / "train.en").unlink()
    (corpus / "train.en.gz").write_bytes(zipped)

    done = prepare(corpus, tmp_path / "out")

    assert done.returncode == 0, done.stderr
    out = tmp_path / "out"
    assert list(json.loads((out / "vocab/vocab.src.json").read_text())) == [
        *("<pad>", "<unk>", "<s>", "</s>", ".", "dog", "i", "love", "sleeps", "the", "you")
    ]
    assert lines(out / "test/test.jsonl") == [{"source": "i love the dog ."}]
    assert lines(out / "labels/references.jsonl") == [
        {"source": "i love the dog .", "target": "ich liebe den Hund ."}
    ]
    # The second pair has an empty side; the others by their words' numbers.
    assert (out / "train/train.rec").read_bytes() == records.records(
        [([9, 5, 8, 4], [6, 5, 10, 4]), ([6, 7, 10], [8, 9, 7])]
    )
    assert "train 2, validation 1, test 1" in done.stdout


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"train_de": "eins\n"}, "train.en has 2 lines, train.de 1; expected as many"),
        ({"test_en": "\n"}, "test.en and test.de have no line with words in both"),
        ({"train_en": b"caf\xe9\nx\n"}, "train.en: not UTF-8 at byte 3"),
        ({"train_en.gz": b"no gzip"}, "expected one of train.en or train.en.gz, found both"),
    ],
)
def test_a_folder_that_is_no_parallel_corpus_is_refused_and_nothing_is_written(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    done = prepare(write_corpus(tmp_path / "corpus", **changes), tmp_path / "out")

    assert done.returncode == 1
    assert message in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_missing_language_is_named(tmp_path: Path) -> None:
    done = prepare(write_corpus(tmp_path / "corpus"), tmp_path / "out", "--target", "fr")

    assert "expected one of train.fr or train.fr.gz, found neither" in done.stderr


def test_the_sample_is_the_same_for_a_seed_and_has_no_sentence_twice() -> None:
    files = sample.sample(300, 50, seed=3)

    assert files == sample.sample(300, 50, seed=3)
    assert files != sample.sample(300, 50, seed=4)
    english = [
        line for name, content in files.items() if name.endswith(".en") for line in content.splitlines()
    ]
    assert max(Counter(english).values()) == 1
    assert [content.count("\n") for content in files.values()] == [300, 300, 50, 50, 50, 50]


def test_the_sample_puts_the_verb_behind_in_a_subordinate_clause() -> None:
    files = sample.sample(400, 50, seed=1)
    pairs = list(zip(files["train.en"].splitlines(), files["train.de"].splitlines(), strict=True))

    for modal, german_modal in (("must", "muss"), ("can", "kann")):
        reasons = [german for english, german in pairs if f" {modal} " in english.partition("because")[2]]
        assert reasons
        assert all(german.endswith(f"en {german_modal} .") for german in reasons)


def judged(answers: list[str], references: list[str]) -> tuple[dict[str, Any], list[Any]]:
    evaluation: tuple[dict[str, Any], list[Any]] = evaluate.evaluate(
        [{"source": "s", "target": reference} for reference in references],
        [{"target": answer} for answer in answers],
    )
    return evaluation


def test_bleu_is_100_for_the_references_themselves_and_less_for_a_wrong_word() -> None:
    references = ["ich liebe dich sehr", "der Hund schläft in der Nacht ."]

    same, _ = judged(references, references)
    other, examples = judged(["ich liebe dich sehr", "der Hund schläft in der Stadt ."], references)

    assert (same["bleu"], same["exact"], same["sentences"]) == (100.0, 1.0, 2)
    assert 50 < other["bleu"] < 100
    assert other["exact"] == 0.5
    assert examples[0].bleu > examples[1].bleu


def test_the_evaluation_is_written_with_what_is_missing_and_a_page_that_shows_the_worst(
    tmp_path: Path,
) -> None:
    (tmp_path / "references.jsonl").write_text(
        '{"source": "a", "target": "der Hund <b> schläft ."}\n{"source": "b", "target": "ja"}\n'
    )
    (tmp_path / "test.jsonl.out").write_text('{"target": "die Katze schläft ."}\n{"target": "ja"}\n')

    done = run(
        "translation/evaluate",
        *("--labels", tmp_path, "--scores", tmp_path, "--output", tmp_path / "out"),
        *("--minimum-bleu", "90"),
    )

    assert done.returncode == 0, done.stderr
    evaluation = json.loads((tmp_path / "out/evaluation.json").read_text())
    assert evaluation["bleu_shortfall"] == pytest.approx(90 - evaluation["bleu"], rel=0.01)
    page = (tmp_path / "out/evaluation.html").read_text()
    assert "1 of 2 answers differ" in page
    assert "der Hund &lt;b&gt; schläft ." in page


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ('{"target": "ja"}\n', "1 answers for 2 references; expected as many"),
        ('{"target": "ja"}\n{"score": 1}\n', 'line 2: expected {"target": "..."}'),
    ],
)
def test_answers_that_do_not_fit_the_references_are_refused(
    tmp_path: Path, answers: str, message: str
) -> None:
    (tmp_path / "references.jsonl").write_text('{"source": "a", "target": "ja"}\n' * 2)
    (tmp_path / "test.jsonl.out").write_text(answers)

    done = run(
        "translation/evaluate", "--labels", tmp_path, "--scores", tmp_path, "--output", tmp_path / "out"
    )

    assert (done.returncode, message in done.stderr) == (1, True)
    assert not (tmp_path / "out").exists()


def test_the_page_of_a_perfect_evaluation_says_so() -> None:
    evaluation, examples = judged(["ja gut"], ["ja gut"])

    assert "Every answer is the reference, word for word." in report.page(evaluation, examples)
