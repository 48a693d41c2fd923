"""The baseline and the monitoring as jobs: what they read, write, print and refuse."""

import json
from pathlib import Path

import pytest
from captured_requests import END, HEADER, START, customers, line, write_captures
from model_scripts import run
from monitored_data import BASELINE, MONITOR, Watched, run_job, table


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


def test_the_page_says_no_feature_is_complete_that_is_not(watched: Watched) -> None:
    [row] = customers(1, 1)
    write_captures(watched.captures, [line([[*row[:4], ""], *[row] * 30_000])])
    watched.look()
    page = (watched.output / "monitoring.html").read_text(encoding="utf-8")
    assert page.count("<td>100.0%</td>") == 4
    assert page.count("<td>99.99%</td>") == 1


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
    (watched.labels / "a.csv").write_text("old,1\nold,0\nold,1\nold,0\ntoo-few,1\nelsewhere,1\n")
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
    assert found["labels_unknown"] == 1
    assert "1 unmatched labels: no captured request" in (watched.output / "monitoring.html").read_text()
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
        (START, END, "one\n", "error: labels.csv, line 1: no label: expected id,label, got 'one'"),
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
