import csv
import io
from pathlib import Path

import pytest
from model_scripts import load, run

sample = load("churn/sample/__main__")


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_the_command_writes_the_same_bytes_for_the_same_seed(tmp_path: Path) -> None:
    first, second, other = tmp_path / "new" / "a.txt", tmp_path / "b.txt", tmp_path / "c.txt"
    for path, seed in ((first, 7), (second, 7), (other, 8)):
        assert run("churn/sample", "--rows", 50, "--seed", seed, "--output", path).returncode == 0
    assert first.read_bytes() == second.read_bytes() != other.read_bytes()
    assert [path.name for path in first.parent.iterdir()] == ["a.txt"]


def test_the_file_has_the_public_file_s_format() -> None:
    content = sample.sample(20, seed=1)
    header, first, *_, last = content.split(b"\r\n")
    assert content.count(b"\n") == content.count(b"\r\n") == 21
    assert last == b""
    assert header.startswith(b"State,Account Length,Area Code,Phone,Int'l Plan,")
    assert header.endswith(b",CustServ Calls,Churn?")
    assert first.count(b",") == 20
    assert first.split(b",")[7].endswith(b"00000")


def test_a_charge_is_minutes_times_the_tariff() -> None:
    for row in rows(sample.sample(200, seed=3)):
        for name, price in (("Day", 0.17), ("Eve", 0.085), ("Night", 0.045), ("Intl", 0.27)):
            assert float(row[f"{name} Charge"]) == pytest.approx(
                float(row[f"{name} Mins"]) * price, abs=0.006
            )


def test_about_one_customer_in_seven_leaves() -> None:
    labels = [row["Churn?"] for row in rows(sample.sample(3333, seed=1))]
    assert {*labels} == {"True.", "False."}
    assert 0.13 < labels.count("True.") / len(labels) < 0.16


def test_no_rows_are_refused(tmp_path: Path) -> None:
    result = run("churn/sample", "--rows", 0, "--output", tmp_path / "none.txt")
    assert result.returncode == 2
    assert "--rows must be at least 1" in result.stderr
