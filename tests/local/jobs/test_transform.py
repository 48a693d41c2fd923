"""A transform job through fake containers."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from processes import wait_until
from transform_bench import JOINED, Bench, arguments, numbered

from local.errors import ContainerError, JobError
from local.jobs.transform import TransformRequest
from local.jobs.transform.request import Batching


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


def test_a_refusal_points_to_no_log_and_a_failure_does(bench: Bench) -> None:
    bench.put("a.csv", b"bad\n")
    with pytest.raises(JobError) as refused:
        bench.run({"BEHAVIOR": "refuse_bad"})
    assert str(refused.value).endswith('with message "no "bad" rows here"; nothing was written')
    client = {"InvocationsMaxRetries": 0}
    with pytest.raises(JobError, match=r"\(500\).*container\.log for more information"):
        bench.run({"BEHAVIOR": "fail"}, ModelClientConfig=client)


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
