"""What is kept of old executions."""

import json
from collections.abc import Collection
from pathlib import Path

import pytest
from assembly_files import write_assembly

import assembly
from local.pipeline import pruning
from local.pipeline.record import RUNNING, SUCCEEDED, ExecutionRecord, StepRecord, next_number, read_all
from local.pipeline.step_cache import StepCache
from local.storage.s3 import Storage


class History:
    """Executions with a step's work, an object, a checkpoint and a cached result each."""

    def __init__(self, folder: Path) -> None:
        self.runs, self.buckets, self.results = folder / "runs", folder / "s3", folder / "results"
        bucket = {"Data": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "data"}}}
        storage = Storage(self.buckets, assembly.load(write_assembly(folder / "cdk.out", bucket)))
        self.cache = StepCache(self.results, storage)
        self.count = 0

    def add(
        self,
        command: str = "train",
        workload: str = "shop",
        status: str = SUCCEEDED,
        origins: Collection[str] = (),
        started: str | None = None,
    ) -> str:
        self.count += 1
        id = f"{self.count:012x}"
        steps = [StepRecord("Fit", "Training", SUCCEEDED, origin=one) for one in (id, *origins)]
        record = ExecutionRecord(
            id,
            command,
            workload,
            "shop",
            {},
            None,
            False,
            started=started or f"2026-01-01T00:00:{self.count:02}+00:00",
            status=status,
            steps=steps,
            number=next_number(self.runs),
        )
        record.save(self.runs)
        for path in (self.runs / id / "Fit" / "log", self.buckets / "data" / "out" / id / "Fit" / "model"):
            path.parent.mkdir(parents=True)
            path.write_text(id)
        checkpoint = self.buckets / "data" / "checkpoints" / "Fit" / f"pipelines-{id}-Data" / "5" / "model"
        checkpoint.parent.mkdir(parents=True)
        checkpoint.write_text(id)
        self.cache.keep(f"key-{id}", id, {}, [f"s3://data/out/{id}"])
        return id

    def prune(self) -> None:
        last = read_all(self.runs, "shop")[-1]
        pruning.prune(self.runs, self.buckets, self.cache, last)

    def with_data(self) -> set[str]:
        """The executions whose work, objects and results are all there; none has a part of them."""
        work = {path.parent.parent.name for path in self.runs.glob("*/Fit/log")}
        objects = {path.name for path in (self.buckets / "data" / "out").iterdir()}
        checkpoints = {path.parent.name for path in (self.buckets / "data" / "checkpoints").glob("*/*/5")}
        results = {json.loads(path.read_text())["execution"] for path in self.results.iterdir()}
        assert work == objects == results
        assert checkpoints == {f"pipelines-{id}-Data" for id in work}
        return work


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> History:
    monkeypatch.setattr(pruning, "_WITH_DATA", {"train": 2, "evaluate": 1})
    monkeypatch.setattr(pruning, "_RECORDS", 5)
    return History(tmp_path)


def test_the_newest_executions_of_each_command_keep_their_data(history: History) -> None:
    ids = [history.add(command) for command in ("evaluate", "train", "train", "evaluate", "train")]
    history.prune()
    assert history.with_data() == {ids[2], ids[3], ids[4]}
    assert [one.id for one in read_all(history.runs, "shop")] == ids


def test_what_a_kept_execution_took_over_is_kept(history: History) -> None:
    old, unused = history.add(), history.add()
    newest = [history.add(origins=[old]) for _ in range(2)]
    history.prune()
    assert history.with_data() == {old, *newest}
    assert unused not in history.with_data()


def test_an_execution_that_runs_and_those_of_other_workloads_are_left_alone(history: History) -> None:
    running, other = history.add(status=RUNNING), history.add(workload="hat")
    newest = [history.add() for _ in range(2)]
    history.prune()
    assert history.with_data() == {running, other, *newest}


def test_records_are_kept_longer_but_not_for_ever(history: History) -> None:
    ids = [history.add() for _ in range(9)]
    history.prune()
    assert [one.id for one in read_all(history.runs, "shop")] == ids[4:]


def test_a_record_of_another_version_of_the_runner_is_passed_over(history: History) -> None:
    id = history.add()
    path = history.runs / history.add() / "execution.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "mood": "fair"}))
    assert [one.id for one in read_all(history.runs, "shop")] == [id]


def test_an_execution_whose_process_is_gone_is_called_interrupted(history: History) -> None:
    id = history.add(status=RUNNING)
    path = history.runs / id / "execution.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "pid": 2**22 + 1}))
    (record,) = read_all(history.runs, "shop")
    assert record.status == "interrupted"


def test_executions_of_a_clock_that_ran_ahead_count_by_their_order(history: History) -> None:
    ahead = [history.add(started=f"2099-01-01T00:00:{second:02}+00:00") for second in range(3)]
    newest = [history.add(started="2026-01-01T00:00:00+00:00") for _ in range(2)]
    history.prune()
    assert history.with_data() == set(newest)
    assert [one.id for one in read_all(history.runs, "shop")] == [*ahead, *newest]


def test_the_last_execution_is_kept_whatever_the_records_of_others_say(history: History) -> None:
    origin, last = history.add(), history.add("evaluate")
    path = history.runs / last / "execution.json"
    content = {**json.loads(path.read_text()), "number": 0, "started": "2001-01-01"}
    content["steps"][0]["origin"] = origin
    path.write_text(json.dumps(content))
    for command in ("train", "train", "evaluate"):
        history.add(command)
    pruning.prune(history.runs, history.buckets, history.cache, ExecutionRecord.read(path))
    assert {origin, last} <= history.with_data()


@pytest.mark.parametrize("counter", [None, "", "x"])
def test_numbers_go_on_where_the_records_end_when_their_counter_is_lost(
    history: History, counter: str | None
) -> None:
    history.add()
    history.add()
    path = history.runs / ".number"
    path.unlink() if counter is None else path.write_text(counter)
    assert [next_number(history.runs) for _ in range(2)] == [3, 4]
