"""What batch transform takes for a record, and which record it names."""

import bz2
import gzip
import lzma

import pytest
from transform_bench import JOINED, Bench, numbered

from local.endpoint.answers import Promise
from local.errors import JobError


def test_a_refused_record_is_named_by_object_and_line_and_nothing_is_written(bench: Bench) -> None:
    bench.put("a.csv", numbered(5))
    bench.put("b.csv", numbered(700) + b"bad\n" + numbered(300))
    with pytest.raises(JobError, match=r"b\.csv: line 701: Received client error \(415\) from container-2"):
        bench.run({"TAG": "a"}, {"BEHAVIOR": "refuse_bad"}, MaxConcurrentTransforms=4)
    assert bench.results() == {}


def test_the_first_of_several_refused_records_is_named(bench: Bench) -> None:
    bench.put("a.csv", b"bad\n" + numbered(50) + b"bad\n")
    with pytest.raises(JobError, match=r"a\.csv: line 1: "):
        bench.run({"BEHAVIOR": "refuse_bad"})


def test_rows_that_get_lost_are_noticed(bench: Bench) -> None:
    bench.put("a.csv", numbered(10))
    with pytest.raises(JobError, match=r"a\.csv: line 1: .*\(502\).*expected 1 predictions, got 0"):
        bench.run({"BEHAVIOR": "drop_rows"}, promise=Promise(one_per_record=True))
    with pytest.raises(JobError, match=r"a\.csv: lines 1 to 10: expected 10 predictions, got 9"):
        bench.run({"BEHAVIOR": "drop_rows"}, DataProcessing=JOINED)
    assert bench.results() == {}


def test_without_a_promise_the_answers_are_written_as_they_come(bench: Bench) -> None:
    bench.put("a.csv", numbered(3))
    assert bench.run({"BEHAVIOR": "drop_rows"}) == {"a.csv.out": b"1,x\n2,x\n"}


BLANK = {
    "at the end": b"1\n2\n\n",
    "at the beginning": b"\n1\n2\n",
    "between": b"1\n\n2\n",
    "after CRLF": b"1\r\n\r\n2\r\n\r\n",
    "of spaces": b"1\n  \n2\n   ",
    "of tabs": b"1\n\t\n2\n \t\r\n",
    "after a byte order mark": b"\xef\xbb\xbf \r\n1\n2\n",
}


@pytest.mark.parametrize("strategy", ["MultiRecord", "SingleRecord"])
@pytest.mark.parametrize("name", BLANK)
def test_blank_lines_are_no_records(bench: Bench, name: str, strategy: str) -> None:
    bench.put("a.csv", BLANK[name])
    told: list[int] = []
    found = bench.run(
        {"BEHAVIOR": "records"},
        BatchStrategy=strategy,
        DataProcessing=JOINED,
        on_rows=told.append,
        promise=Promise(one_per_record=True, finite=True),
    )
    assert (found["a.csv.out"], sum(told)) == (b"1,1,x\n2,2,x\n", 2)


@pytest.mark.parametrize("processing", [{}, {"InputFilter": "$[0:]"}, JOINED])
@pytest.mark.parametrize("name", BLANK)
def test_no_blank_line_is_sent(bench: Bench, name: str, processing: dict[str, str]) -> None:
    bench.put("a.csv", BLANK[name])
    # A container that answers every line, blank or not.
    (answer,) = bench.run({"BEHAVIOR": "tag"}, DataProcessing=processing).values()
    assert [row[-2:] for row in answer.splitlines()] == [b",x", b",x"]


@pytest.mark.parametrize("blank", [b"", b"\t", b" \r"])
def test_a_line_is_named_as_the_file_has_it_with_its_blank_lines(bench: Bench, blank: bytes) -> None:
    bench.put("a.csv", b"\n".join([blank, b"1", blank, blank, b"2", b"bad", b""]))
    with pytest.raises(JobError, match=r"a\.csv: line 6: Received client error \(415\)"):
        bench.run({"BEHAVIOR": "refuse_bad"})


COMPRESSED = {
    "gzip": (gzip.compress, ", or give the job CompressionType Gzip; nothing was written"),
    "bzip2": (bz2.compress, "; nothing was written"),
    "xz": (lzma.compress, "; nothing was written"),
}


@pytest.mark.parametrize("name", COMPRESSED)
def test_a_compressed_object_is_refused_by_its_kind(bench: Bench, name: str) -> None:
    compress, rest = COMPRESSED[name]
    bench.put("a.csv", compress(numbered(3)))
    with pytest.raises(JobError) as refused:
        bench.run()
    assert str(refused.value) == (
        f"a.csv: it is compressed with {name}, expected lines; decompress it first{rest}"
    )


def test_a_quoted_line_feed_is_no_new_record_and_is_named(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.put("a.csv", b'"a\nb",1\n"bad",2\n')
    with pytest.raises(JobError, match=r"a\.csv: line 3: Received client error"):
        bench.run({"BEHAVIOR": "refuse_bad"})
    capsys.readouterr()
    bench.put("a.csv", b'"a\nb",1\nc,2\n')
    bench.put("b.csv", b'c,2\n\n"a\nb",1\nc,2\n')
    bench.run({"BEHAVIOR": "records"})
    said = capsys.readouterr().err
    assert "lines 1 to 2: a quoted field holds a line feed" in said
    assert "lines 3 to 4: a quoted field holds a line feed" in said
    bench.storage.path("s3://data/in/b.csv").unlink()
    bench.storage.path("s3://data/out/b.csv.out").unlink()
    found = bench.run({"BEHAVIOR": "records"}, DataProcessing=JOINED, BatchStrategy="SingleRecord")
    assert found == {"a.csv.out": b'"a\nb",1,"a\nb",1,x\nc,2,c,2,x\n'}
    assert "lines 1 to 2: a quoted field holds a line feed" in capsys.readouterr().err
