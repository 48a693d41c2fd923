"""A transform job through fake containers."""

import bz2
import gzip
import json
import lzma
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from assembly_files import write_assembly
from processes import wait_until

import assembly
from assembly import ContainerDefinition, Model
from local.containers.images import Image, Images
from local.endpoint.answers import NOTHING, Promise
from local.errors import ContainerError, JobError
from local.jobs.transform import TransformRequest, run_transform_job
from local.jobs.transform.request import Batching
from local.storage.s3 import Storage

JOINED = {"JoinSource": "Input"}
FAKE = Image("fake", "fake", None, "fake_image", (Path(__file__).parents[1] / "fake_image",), {})


def arguments(**changes: Any) -> dict[str, Any]:
    """The arguments of a job that splits by line and assembles so; sections are merged with `changes`."""
    sections: dict[str, Any] = {
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://data/in/"}},
            "ContentType": "text/csv",
            "SplitType": "Line",
        },
        "TransformOutput": {"S3OutputPath": "s3://data/out/", "AssembleWith": "Line"},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        "ModelName": "shop",
    }
    for name, value in changes.items():
        merge = isinstance(value, dict) and isinstance(sections.get(name), dict)
        sections[name] = sections[name] | value if merge else value
    return sections


class Bench:
    """The buckets of one test, and a job over them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        resources = {"Data": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "data"}}}
        declared = assembly.load(write_assembly(folder / "cdk.out", resources))
        self.storage = Storage(folder / "s3", declared)

    def put(self, key: str, content: bytes) -> None:
        path = self.storage.path(f"s3://data/in/{key}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def run(
        self,
        *environments: Mapping[str, str],
        on_rows: Callable[[int], None] = lambda rows: None,
        promise: Promise = NOTHING,
        **changes: Any,
    ) -> dict[str, bytes]:
        """The results by key."""
        definitions = [
            ContainerDefinition(f"c{number}", "registry/fake:1", None, environment)
            for number, environment in enumerate(environments or [{}], start=1)
        ]
        run_transform_job(
            arguments(**changes),
            model=Model("shop", tuple(definitions)),
            storage=self.storage,
            images=Images([FAKE], Path("versions.toml")),
            folder=self.folder / "job",
            on_rows=on_rows,
            promise=promise,
        )
        return self.results()

    def results(self) -> dict[str, bytes]:
        out = self.storage.path("s3://data/out/")
        return {str(p.relative_to(out)): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def numbered(count: int) -> bytes:
    return b"".join(b"%d\n" % number for number in range(count))


def test_every_object_is_answered_through_the_whole_chain_under_its_own_key(bench: Bench) -> None:
    bench.put("a.csv", b"1\n2\n")
    bench.put("more/b.csv", b"3\n")
    assert bench.run({"TAG": "x"}, {"TAG": "y"}) == {
        "a.csv.out": b"1,x,y\n2,x,y\n",
        "more/b.csv.out": b"3,x,y\n",
    }


def test_a_single_object_may_be_named(bench: Bench) -> None:
    bench.put("a.csv", b"1\n")
    bench.put("b.csv", b"2\n")
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://data/in/b.csv"}}
    assert bench.run(TransformInput={"DataSource": source}) == {"b.csv.out": b"2,x\n"}


def test_results_stay_in_order_with_several_requests_at_a_time(bench: Bench) -> None:
    lines = numbered(400)
    bench.put("a.csv", lines)
    found = bench.run({"BEHAVIOR": "slow_start"}, BatchStrategy="SingleRecord", MaxConcurrentTransforms=8)
    assert found["a.csv.out"] == lines.replace(b"\n", b",x\n")


def test_bodies_are_as_large_as_the_job_allows(bench: Bench) -> None:
    line = b"x" * 999 + b"\n"
    bench.put("a.csv", line * 2500)
    bench.run({"BEHAVIOR": "count_bytes"}, MaxPayloadInMB=1, BatchStrategy="MultiRecord")
    sizes = [int(size) for size in bench.results()["a.csv.out"].split()]
    assert sizes == [1_048_000, 1_048_000, 404_000]


def test_without_a_split_an_object_is_one_request_and_is_not_ended_by_a_newline(bench: Bench) -> None:
    bench.put("a.json", b"{}\n[]")
    split = {"SplitType": "None", "ContentType": "application/json"}
    assert bench.run(
        {"BEHAVIOR": "count_bytes"}, TransformInput=split, TransformOutput={"AssembleWith": "None"}
    ) == {"a.json.out": b"5"}


def test_each_part_ends_with_a_newline_when_it_is_assembled_by_line(bench: Bench) -> None:
    bench.put("a.csv", b"1\n2\n3")
    assert bench.run({"BEHAVIOR": "count_bytes"}, BatchStrategy="SingleRecord") == {"a.csv.out": b"2\n2\n1\n"}


def test_joined_results_have_the_rows_before_the_answers_to_them(bench: Bench) -> None:
    bench.put("a.csv", b"1\n2\r\n3")
    found = bench.run({"TAG": "x"}, DataProcessing=JOINED, BatchStrategy="SingleRecord")
    assert found["a.csv.out"].splitlines() == [b"1,1,x", b"2,2,x", b"3,3,x"]


def test_answers_of_another_media_type_are_not_joined(bench: Bench) -> None:
    bench.put("a.csv", b"1\n2\n")
    with pytest.raises(JobError, match=r"a\.csv: lines 1 to 2: answers in application/json cannot be joined"):
        bench.run({"BEHAVIOR": "report", "CONTENT_TYPE": "application/json"}, DataProcessing=JOINED)
    assert bench.results() == {}


def test_the_caller_is_told_of_the_rows_as_they_are_answered(bench: Bench) -> None:
    told: list[int] = []
    bench.put("a.csv", b"1\n2\n")
    bench.put("b.csv", b"3\n")
    bench.run(on_rows=told.append)
    assert told == [2, 1]


def test_gzipped_objects_are_unpacked_on_the_way(bench: Bench) -> None:
    bench.put("a.csv.gz", gzip.compress(b"1\n2\n"))
    found = bench.run(TransformInput={"CompressionType": "Gzip"})
    assert found == {"a.csv.gz.out": b"1,x\n2,x\n"}


def test_a_damaged_gzip_file_is_named(bench: Bench) -> None:
    bench.put("a.csv.gz", gzip.compress(numbered(10_000))[:-10])
    with pytest.raises(JobError, match=r"a\.csv\.gz: it is not a complete gzip file"):
        bench.run(TransformInput={"CompressionType": "Gzip"})


def test_the_containers_know_that_and_how_they_are_used_in_batch(bench: Bench) -> None:
    bench.put("a.csv", b"1\n")
    bench.run(
        {"BEHAVIOR": "environment"},
        BatchStrategy="MultiRecord",
        MaxPayloadInMB=2,
        Environment={"FLAVOR": "mild"},
    )
    seen = dict(line.split("=", 1) for line in bench.results()["a.csv.out"].decode().splitlines())
    assert {
        name: value for name, value in seen.items() if name.startswith(("SAGEMAKER_B", "SAGEMAKER_MAX"))
    } == {
        "SAGEMAKER_BATCH": "true",
        "SAGEMAKER_BATCH_STRATEGY": "MULTI_RECORD",
        "SAGEMAKER_BIND_TO_PORT": seen["SAGEMAKER_BIND_TO_PORT"],
        "SAGEMAKER_BASE_DIR": seen["SAGEMAKER_BASE_DIR"],
        "SAGEMAKER_MAX_PAYLOAD_IN_MB": "2",
    }
    assert seen["FLAVOR"] == "mild"


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


def test_a_refusal_points_to_no_log_and_a_failure_does(bench: Bench) -> None:
    bench.put("a.csv", b"bad\n")
    with pytest.raises(JobError) as refused:
        bench.run({"BEHAVIOR": "refuse_bad"})
    assert str(refused.value).endswith('with message "no "bad" rows here"; nothing was written')
    client = {"InvocationsMaxRetries": 0}
    with pytest.raises(JobError, match=r"\(500\).*container\.log for more information"):
        bench.run({"BEHAVIOR": "fail"}, ModelClientConfig=client)


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


JSON_JOB: dict[str, Any] = {
    "TransformInput": {"ContentType": "application/jsonlines", "SplitType": "Line"},
    "TransformOutput": {"Accept": "application/jsonlines", "AssembleWith": "Line"},
}
ECHO = {"BEHAVIOR": "report", "CONTENT_TYPE": "application/jsonlines"}


@pytest.mark.parametrize("strategy", ["MultiRecord", "SingleRecord"])
@pytest.mark.parametrize(
    ("processing", "expected"),
    [
        ({"InputFilter": "$[1:]"}, b"1,2,x\n3,4,x\n"),
        ({"InputFilter": "$[0]"}, b"a,x\nb,x\n"),
        ({"InputFilter": "$[2,0]"}, b"2,a,x\n4,b,x\n"),
        ({"InputFilter": "$[1:]", "JoinSource": "Input"}, b"a,1,2,1,2,x\nb,3,4,3,4,x\n"),
        (
            {"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"},
            b"a,x\nb,x\n",
        ),
        ({"JoinSource": "Input", "OutputFilter": "$[0,3:]"}, b"a,a,1,2,x\nb,b,3,4,x\n"),
        ({"OutputFilter": "$[-1]"}, b"x\nx\n"),
    ],
)
def test_columns_of_csv_are_kept_from_the_model_joined_and_chosen(
    bench: Bench, processing: dict[str, str], expected: bytes, strategy: str
) -> None:
    bench.put("a.csv", b"a,1,2\nb,3,4\n")
    found = bench.run({"BEHAVIOR": "records"}, DataProcessing=processing, BatchStrategy=strategy)
    assert found == {"a.csv.out": expected}


def test_cells_stay_whole_through_filters(bench: Bench) -> None:
    bench.put("a.csv", b'"Leeds, UK",1,"says ""no"""\n\xff,2,\n')
    found = bench.run({"BEHAVIOR": "records"}, DataProcessing={"InputFilter": "$[2,0]"})
    assert found == {"a.csv.out": b'"says ""no""","Leeds, UK",x\n,\xff,x\n'}


@pytest.mark.parametrize(
    ("processing", "expected"),
    [
        ({"InputFilter": "$.features"}, [[1, 2], [3]]),
        ({"InputFilter": "$.features[0]"}, [1, 3]),
        ({"InputFilter": "$['features','id']"}, [{"features": [1, 2], "id": 7}, {"features": [3], "id": 8}]),
        (
            {"InputFilter": "$.features", "JoinSource": "Input"},
            [
                {"id": 7, "features": [1, 2], "SageMakerOutput": [1, 2]},
                {"id": 8, "features": [3], "SageMakerOutput": [3]},
            ],
        ),
        (
            {"InputFilter": "$.features", "JoinSource": "Input", "OutputFilter": "$['id','SageMakerOutput']"},
            [{"id": 7, "SageMakerOutput": [1, 2]}, {"id": 8, "SageMakerOutput": [3]}],
        ),
        ({"OutputFilter": "$.id"}, [7, 8]),
    ],
)
def test_members_of_json_are_kept_from_the_model_joined_and_chosen(
    bench: Bench, processing: dict[str, str], expected: list[Any]
) -> None:
    bench.put("a.jsonl", b'{"id": 7, "features": [1, 2]}\n\n{"id": 8, "features": [3]}\n')
    found = bench.run(ECHO, DataProcessing=processing, **JSON_JOB)
    assert [json.loads(line) for line in found["a.jsonl.out"].splitlines()] == expected


def test_what_is_no_object_is_joined_beside_its_answer(bench: Bench) -> None:
    bench.put("a.jsonl", b'[1, 2]\n"b"\n')
    found = bench.run(ECHO, DataProcessing=JOINED, **JSON_JOB)["a.jsonl.out"]
    assert [json.loads(line) for line in found.splitlines()] == [
        {"SageMakerInput": [1, 2], "SageMakerOutput": [1, 2]},
        {"SageMakerInput": "b", "SageMakerOutput": "b"},
    ]


def test_a_whole_document_is_one_record(bench: Bench) -> None:
    bench.put("a.json", b'{\n "id": 7,\n "features": [1.5]\n}\n')
    changes = {
        "TransformInput": {"ContentType": "application/json", "SplitType": "None"},
        "TransformOutput": {"AssembleWith": "None"},
    }
    echo = {**ECHO, "CONTENT_TYPE": "application/json"}
    found = bench.run(echo, DataProcessing={**JOINED, "InputFilter": "$.features"}, **changes)
    assert json.loads(found["a.json.out"]) == {"id": 7, "features": [1.5], "SageMakerOutput": [1.5]}


@pytest.mark.parametrize(
    ("processing", "body", "message"),
    [
        (
            {"InputFilter": "$[5]"},
            b"1,2\n",
            r"line 1: InputFilter \$\[5\]: the index 5 is out of range for 2 elements",
        ),
        (
            {"InputFilter": "$[2]"},
            b"\n1,2,3\n\n1,2\n",
            r"line 4: InputFilter \$\[2\]: the index 2 is out of range",
        ),
        ({"OutputFilter": "$[9]"}, b"1,2\n", r"line 1: OutputFilter \$\[9\]: the index 9 is out of range"),
        ({"InputFilter": "$.id"}, b"1,2\n", "expected an object with 'id'"),
        ({"InputFilter": "$[0]"}, b'1\n2\n"3"4,\n', "line 3: a quoted field is not closed correctly"),
    ],
)
def test_a_filter_that_selects_nothing_names_the_line(
    bench: Bench, processing: dict[str, str], body: bytes, message: str
) -> None:
    bench.put("a.csv", body)
    with pytest.raises(JobError, match=message):
        bench.run({"BEHAVIOR": "records"}, DataProcessing=processing)
    assert bench.results() == {}


def test_a_line_that_is_no_json_is_named(bench: Bench) -> None:
    bench.put("a.jsonl", b'{"a": 1}\n{"a": NaN}\n')
    with pytest.raises(JobError, match="line 2: it is not JSON"):
        bench.run(ECHO, DataProcessing={"InputFilter": "$.a"}, **JSON_JOB)


def test_a_passing_fault_is_tried_again(bench: Bench) -> None:
    bench.put("a.csv", b"1\n")
    assert bench.run({"BEHAVIOR": "fail_twice"}) == {"a.csv.out": b"1,x\n"}


def test_a_lasting_fault_ends_the_job_after_the_retries(bench: Bench) -> None:
    bench.put("a.csv", b"1\n")
    with pytest.raises(JobError, match=r"line 1: Received server error \(500\)"):
        bench.run({"BEHAVIOR": "fail"}, ModelClientConfig={"InvocationsMaxRetries": 1})


def test_a_container_that_dies_ends_the_job_and_names_itself(bench: Bench) -> None:
    bench.put("a.csv", numbered(10))
    with pytest.raises(JobError, match=r"a\.csv: lines 1 to 10: .*container-2"):
        bench.run({"TAG": "a"}, {"BEHAVIOR": "die"})
    assert bench.results() == {}


def test_a_container_that_does_not_start_is_named(bench: Bench) -> None:
    bench.put("a.csv", b"1\n")
    with pytest.raises(ContainerError, match=r"container-2 \(c2\) ended with exit code 1"):
        bench.run({"TAG": "a"}, {"BEHAVIOR": "crash_at_start"})


def test_an_input_that_is_not_there_is_named(bench: Bench) -> None:
    with pytest.raises(JobError, match=r"s3://data/in/: there is no such object"):
        bench.run()


def test_the_jobs_own_settings_go_before_the_containers_and_those_before_the_defaults() -> None:
    job = TransformRequest.parse(arguments())
    proposed = {"MaxConcurrentTransforms": 3, "BatchStrategy": "SINGLE_RECORD", "MaxPayloadInMB": 2}
    assert job.batching({}) == Batching(6 << 20, 1, single_record=False)
    assert job.batching(proposed) == Batching(2 << 20, 3, single_record=True)
    own = TransformRequest.parse(
        arguments(MaxConcurrentTransforms=4, MaxPayloadInMB=5, BatchStrategy="MultiRecord")
    )
    assert own.batching(proposed) == Batching(5 << 20, 4, single_record=False)


def test_the_first_container_is_asked_what_it_can_take(bench: Bench) -> None:
    bench.put("a.csv", b"1\n2\n")
    execution_parameters = '{"BatchStrategy": "SINGLE_RECORD"}'
    found = bench.run({"BEHAVIOR": "count_bytes", "EXECUTION_PARAMETERS": execution_parameters})
    assert found == {"a.csv.out": b"2\n2\n"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"BatchStrategy": "Many"}, "BatchStrategy 'Many' is not one of"),
        ({"DataProcessing": {"InputFilter": "$..id"}}, "is not a JSONPath that batch transform supports"),
        ({"ModelClientConfig": {"InvocationsTimeoutInSeconds": 3601}}, "is 3601; expected at most 3600"),
        ({"ModelClientConfig": {"InvocationsMaxRetries": 4}}, "is 4; expected at most 3"),
        (
            {"DataProcessing": {"InputFilter": "$[0]"}, "TransformInput": {"ContentType": "text/x-libsvm"}},
            "take text/csv and JSON, not text/x-libsvm",
        ),
        (
            {"DataProcessing": {"OutputFilter": "$[0]"}, "TransformOutput": {"AssembleWith": "None"}},
            "need a SplitType and an AssembleWith that agree",
        ),
        (
            {"BatchStrategy": "MultiRecord", "TransformInput": {"SplitType": "None"}},
            "BatchStrategy MultiRecord needs a SplitType",
        ),
        ({"TransformInput": {"SplitType": "RecordIO"}}, "SplitType 'RecordIO' is not supported"),
        (
            {"TransformInput": {"CompressionType": "Bzip2"}},
            "CompressionType 'Bzip2' is not one of None, Gzip",
        ),
        (
            {"DataProcessing": JOINED, "TransformOutput": {"Accept": "application/jsonlines"}},
            "answers in application/jsonlines cannot be joined to text/csv",
        ),
        (
            {
                "DataProcessing": JOINED,
                "TransformInput": {"SplitType": "None"},
                "TransformOutput": {"AssembleWith": "None"},
            },
            "take text/csv that is split and assembled by line",
        ),
        ({"MaxPayloadInMB": 60, "MaxConcurrentTransforms": 2}, "is 120; at most 100"),
        ({"Environment": {"A": 1}}, r"Environment\.A is 1; expected a string"),
    ],
)
def test_what_is_contradictory_or_not_emulated_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(JobError, match=message):
        TransformRequest.parse(arguments(**changes))


def test_nothing_runs_on_after_a_job(bench: Bench) -> None:
    bench.put("a.csv", b"1\n")
    bench.run({"BEHAVIOR": "report_pid"})
    pid = int(bench.results()["a.csv.out"])
    assert wait_until(lambda: not Path(f"/proc/{pid}").exists())
