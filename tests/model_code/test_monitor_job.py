"""The baseline and the monitoring as jobs: what they read, write, print and refuse."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from captured_requests import END, HEADER, START, customers, line, write_captures
from model_scripts import run
from monitored_data import run_job

BASELINE, MONITOR = "shared/baseline", "shared/monitor"
NOON = "2026-11-30T12:00:00Z"


def table(path: Path, rows: Iterable[list[str]], header: list[str] = HEADER) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(",".join(row) + "\n" for row in [header, *rows]), encoding="utf-8")


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a baseline of customers, each document in a folder of its own."""
    folder = tmp_path_factory.mktemp("baseline")
    table(folder / "data" / "train.csv", customers(2000, 1))
    run_job(BASELINE, "--data", folder / "data", "--output", folder)
    for name in ("statistics", "constraints"):
        (folder / name).mkdir()
        (folder / f"{name}.json").rename(folder / name / f"{name}.json")
    return folder


class Watched:
    """The captures of an endpoint, and what looking at them found."""

    def __init__(self, folder: Path, described: Path) -> None:
        self.folder, self._described = folder, described
        self.captures, self.labels, self.output = (folder / name for name in ("captures", "labels", "output"))
        for one in (self.captures, self.labels):
            one.mkdir()

    def look(self, start: str = START, end: str = END, **options: str) -> dict[str, Any]:
        self.printed = run_job(
            MONITOR,
            *("--captures", self.captures, "--labels", self.labels, "--output", self.output),
            *("--statistics", self._described / "statistics"),
            *("--constraints", self._described / "constraints"),
            *("--endpoint", "slipway-dev-shop", "--schedule", "slipway-dev-shop-monitor"),
            *("--start", start, "--end", end),
            *(part for name, value in options.items() for part in (f"--{name}", value)),
        )
        found: dict[str, Any] = self.json("monitoring")
        return found

    def json(self, name: str) -> Any:
        return json.loads((self.output / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture
def watched(tmp_path: Path, described: Path) -> Watched:
    return Watched(tmp_path, described)


def test_what_differs_is_written_printed_and_counted(watched: Watched) -> None:
    rows = [[row[0], row[1].replace("yes", "ja"), *row[2:]] for row in customers(500, 2)]
    write_captures(watched.captures, [line([row], f"e{number}") for number, row in enumerate(rows)])
    found = watched.look()
    assert found["message"] == "CompletedWithViolations: Job completed successfully with 1 violations."
    assert (found["rows"], found["invocations"], found["baseline_rows"]) == (500, 500, 2000)
    [violation] = watched.json("constraint_violations")["violations"]
    assert (violation["feature_name"], violation["constraint_check_type"]) == (
        "Plan",
        "categorical_values_check",
    )
    assert watched.json("statistics")["dataset"] == {"item_count": 500}
    assert found["message"] in watched.printed
    page = (watched.output / "monitoring.html").read_text(encoding="utf-8")
    assert "categorical_values_check" in page
    assert "http" not in page.replace("http://www.w3.org", "")


def test_the_exit_message_of_the_job_says_how_many_violations_there_are(
    watched: Watched, described: Path, tmp_path: Path
) -> None:
    write_captures(watched.captures, [line([row[:4] for row in customers(50, 2)])])
    (tmp_path / "ml" / "output").mkdir(parents=True)
    folders = {"captures": watched.captures, "labels": watched.labels, "output": watched.output}
    folders |= {name: described / name for name in ("statistics", "constraints")}
    done = run(
        MONITOR,
        *(part for name, folder in folders.items() for part in (f"--{name}", folder)),
        *("--endpoint", "e", "--schedule", "s", "--start", "PT24H", "--end", END),
        environ={"SAGEMAKER_BASE_DIR": tmp_path / "ml"},
    )
    assert (done.returncode, done.stderr) == (0, "")
    said = "CompletedWithViolations: Job completed successfully with 1 violations."
    assert (tmp_path / "ml" / "output" / "message").read_text() == said


def test_metrics_are_lines_that_cloudwatch_reads_out_of_the_log(watched: Watched) -> None:
    write_captures(watched.captures, [line(customers(500, 2))])
    watched.look()
    [written] = (watched.output / "metrics.jsonl").read_text().splitlines()
    assert written in watched.printed.splitlines()
    metrics = json.loads(written)
    [directive] = metrics["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "/aws/sagemaker/Endpoints/data-metrics"
    assert directive["Dimensions"] == [["Endpoint", "MonitoringSchedule"]]
    assert (metrics["Endpoint"], metrics["MonitoringSchedule"]) == (
        "slipway-dev-shop",
        "slipway-dev-shop-monitor",
    )
    names = {one["Name"] for one in directive["Metrics"]}
    assert names == metrics.keys() - {"_aws", "Endpoint", "MonitoringSchedule"}
    assert {f"feature_baseline_drift_{name}" for name in HEADER} < names
    assert (metrics["violations"], metrics["rows"], metrics["feature_non_null_Age"]) == (0.0, 500.0, 500.0)


def test_only_what_came_in_the_time_is_read_and_each_capture_in_one_of_two_times(watched: Watched) -> None:
    times = {"2026/11/29/23": "2026-11-29T23:59:59Z", "2026/11/30/00": START, "2026/11/30/12": NOON}
    for hour, time in times.items():
        write_captures(watched.captures, [line(customers(10, 1), time=time)], hour)
    assert watched.look(START, NOON)["rows"] == 10
    assert watched.look(NOON, END)["rows"] == 10
    assert watched.look("PT36H", END)["rows"] == 30
    assert watched.look("PT12H", END, late="3600")["rows"] == 10
    assert watched.look("PT11H30M", END)["rows"] == 0
    assert watched.look(END, "2026-12-02")["message"] == (
        "Completed: Job completed successfully without any rows in its time."
    )


def test_files_of_other_hours_are_not_opened(watched: Watched) -> None:
    write_captures(watched.captures, ["not a capture\n"], "2026/11/29/23")
    write_captures(watched.captures, [line(customers(3, 1))])
    assert (watched.look()["rows"], watched.look()["skipped"]) == (3, 0)


def test_what_is_no_capture_of_rows_is_skipped_and_named(watched: Watched) -> None:
    good = line(customers(4, 1), "good")
    base64 = json.loads(good)
    base64["captureData"]["endpointInput"] |= {"encoding": "BASE64", "data": "/w=="}
    without = json.loads(good)
    del without["captureData"]["endpointInput"]
    open_quote = line([['"KS', "no"]], "open")
    broken = ["{\n", json.dumps(base64) + "\n", json.dumps(without) + "\n", open_quote]
    write_captures(watched.captures, [*broken, good])
    found = watched.look()
    assert (found["rows"], found["skipped"]) == (4, 4)
    assert found["skipped_because"][0].startswith("00-00-000-test.jsonl, line 1: Expecting")
    assert "endpointInput is missing" in found["skipped_because"][2]


def test_a_request_in_base64_is_read_like_one_in_text(watched: Watched) -> None:
    captured = json.loads(line([]))
    captured["captureData"]["endpointInput"] |= {"encoding": "BASE64", "data": "S1Msbm8sMSwyLjUsMzAK"}
    write_captures(watched.captures, [json.dumps(captured) + "\n"])
    assert watched.look()["rows"] == 1


def test_labels_that_come_later_give_f1_over_time(watched: Watched) -> None:
    rows = customers(4, 1)
    write_captures(
        watched.captures,
        [
            line(rows, "old", "True\nTrue\nFalse\nFalse\n", "2026-11-29T23:00:00Z"),
            line(rows[:1], "event", "0.7\n", inferenceId="mine"),
            line(rows[:1], "unlabeled", "True\n"),
            line(rows[:2], "too-few", "True\nFalse\n"),
        ],
    )
    (watched.labels / "a.csv").write_text("old,1\nold,0\nold,1\nold,0\ntoo-few,1\n")
    truth = {"groundTruthData": {"data": "yes"}, "eventMetadata": {"eventId": "mine"}}
    (watched.labels / "b.jsonl").write_text(json.dumps(truth) + "\n")
    found = watched.look()
    assert found["rows"] == 4
    old, new = found["quality"]
    assert (old["time"], old["tp"], old["fp"], old["fn"], old["tn"], old["f1"]) == (
        "2026-11-29T23",
        *(1, 1, 1, 1, 0.5),
    )
    assert (new["time"], new["rows"], new["f1"]) == ("2026-11-30T00", 1, 1.0)
    assert (found["labeled_invocations"], found["labels_unmatched"]) == (2, 1)
    assert "Quality" in (watched.output / "monitoring.html").read_text()
    assert watched.look(threshold="0.8")["quality"][-1]["f1"] == 0.0


@pytest.mark.parametrize(
    "answer",
    [
        "True\nFalse\n",
        "0.9,0.1\n0.2,0.8\n",
        '{"predictions": [{"churn": true, "score": 0.4}, {"churn": false, "score": 0.6}]}',
        '{"churn": true, "score": 0.9}\n{"churn": false, "score": 0.1}\n',
        '{"predictions": [{"score": 0.9}, {"score": 0.1}]}',
        '{"predicted_label": 1}\n{"predicted_label": 0}\n',
    ],
)
def test_answers_of_every_kind_are_compared_with_labels(watched: Watched, answer: str) -> None:
    write_captures(watched.captures, [line(customers(2, 1), "e", answer)])
    (watched.labels / "labels.csv").write_text("e,True.\ne,False.\n")
    assert [(one["tp"], one["tn"]) for one in watched.look()["quality"]] == [(1, 1)]


@pytest.mark.parametrize(
    ("start", "end", "labels", "message"),
    [
        ("yesterday", END, "", "error: expected a time such as 2026-01-31T12:00:00Z, got 'yesterday'"),
        (END, START, "", "error: expected a start before the end"),
        (START, END, "one\n", "error: labels.csv, line 1: no label"),
    ],
)
def test_what_cannot_be_read_ends_the_job_with_its_reason(
    watched: Watched, start: str, end: str, labels: str, message: str
) -> None:
    (watched.labels / "labels.csv").write_text(labels)
    with pytest.raises(SystemExit, match=message):
        watched.look(start, end)
    assert not watched.output.exists()


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ("", (), "t.csv: expected a header and rows, got nothing"),
        ("a,b\n", (), "t.csv: expected rows below the header, got none"),
        ("a,a\n1,2\n", (), "t.csv: the column 'a' is there more than once"),
        ("a,b\n1,2,3\n", (), "t.csv: expected 2 cells in each row, got up to 3"),
        ("a,b\n1,2\n", ("--without", "c"), "t.csv: there is no column 'c' to leave out"),
        ('a,b\n"1,2\n', (), "not CSV"),
    ],
)
def test_a_table_that_is_none_is_refused(
    tmp_path: Path, content: str, options: tuple[str, ...], message: str
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "t.csv").write_text(content)
    with pytest.raises(SystemExit, match=message):
        run_job(BASELINE, "--data", tmp_path / "data", "--output", tmp_path / "out", *options)
    assert not (tmp_path / "out").exists()


def test_a_column_that_requests_do_not_have_is_left_out(tmp_path: Path) -> None:
    table(tmp_path / "data" / "t.csv", [["1", "x", "2"]] * 3, ["a", "Churn?", "b"])
    run_job(BASELINE, "--data", tmp_path / "data", "--output", tmp_path, "--without", "Churn?")
    assert [one["name"] for one in json.loads((tmp_path / "statistics.json").read_text())["features"]] == [
        "a",
        "b",
    ]
    assert len(json.loads((tmp_path / "constraints.json").read_text())["features"]) == 2
