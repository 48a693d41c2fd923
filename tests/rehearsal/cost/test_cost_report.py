"""The bill as it is printed, and the files that it is made of."""

import json
import sys
from pathlib import Path

import pytest
from assembly_files import write_assembly
from test_bill import OWN, billed, endpoint, prices

from rehearsal.__main__ import main
from rehearsal.cost.prices import DEFAULT, PriceError, Prices
from rehearsal.cost.report import changes, report


def rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_each_workload_has_a_row_and_the_month_its_parts(tmp_path: Path) -> None:
    resources = {**endpoint("small", 2, most=6), "Key": {"Type": "AWS::KMS::Key"}}
    text = report(billed(tmp_path, resources), prices())
    assert ["shop", "200.00", "600.00", "-", "-", "-", "2.00"] in rows(text)
    assert ["shared", "1.00", "1.00", "-", "-", "-", "-"] in rows(text)
    assert ["**all**", "201.00", "601.00", "", "", "", ""] in rows(text)
    assert ["shop", "endpoint, 2 small", "200.00"] in rows(text)


def test_the_report_says_what_is_not_priced_and_not_verified(tmp_path: Path) -> None:
    used = prices()
    price = {**used.price, "kms.key": used.price["kms.key"].model_copy(update={"verified": False})}
    unsure = used.model_copy(update={"price": price})
    resources = {"Key": {"Type": "AWS::KMS::Key"}, "Queue": {"Type": "AWS::SQS::Queue"}}
    text = report(billed(tmp_path, resources), unsure)
    assert "Not priced, and in no sum:\n- Shop/Queue (AWS::SQS::Queue): no price for this type" in text
    assert "1 of 1 are not verified" in text


def test_only_the_sums_that_change_are_compared(tmp_path: Path) -> None:
    old = billed(tmp_path / "old", {**endpoint("small", 2), "Key": {"Type": "AWS::KMS::Key"}})
    new = billed(tmp_path / "new", {**endpoint("large", 1), "Key": {"Type": "AWS::KMS::Key"}})
    assert rows(changes(old, new, prices()))[2:] == [
        ["shop", "a month", "200.00", "300.00", "+100.00"],
        ["shop", "a month at most", "200.00", "300.00", "+100.00"],
        ["shop", "an hour of blue/green", "2.00", "3.00", "+1.00"],
    ]
    assert changes(new, new, prices()) == "The cost does not change.\n"


def test_a_workload_that_goes_costs_nothing_afterwards(tmp_path: Path) -> None:
    old, new = billed(tmp_path / "old", endpoint("small", 1)), billed(tmp_path / "new", {})
    assert ["shop", "a month", "100.00", "-", "-100.00"] in rows(changes(old, new, prices()))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("region = 1", "region"),
        ("not toml", "Expected '='"),
        ('region = "x"\n[usage]\nhours = -1', "usage.hours"),
        ('region = "x"\n[price.a]\nusd = nan\nper = "hour"', "price.a.usd"),
        ('region = "x"\nregoin = "y"', "regoin"),
    ],
    ids=["type", "no TOML", "negative", "not a number", "unknown key"],
)
def test_a_file_without_prices_is_refused_with_its_faults(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(text)
    with pytest.raises(PriceError) as refused:
        Prices.read(path)
    assert str(path) in str(refused.value)
    assert fault in str(refused.value)


def test_the_command_prints_a_bill_a_comparison_and_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, cost in (("old", 1), ("new", 2)):
        keys = {f"Key{n}": {"Type": "AWS::KMS::Key", "Properties": {"Tags": OWN}} for n in range(cost)}
        write_assembly(tmp_path / name, keys)
    old, new = str(tmp_path / "old"), str(tmp_path / "new")

    def printed(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["rehearsal", "cost", *arguments])
        assert main() == 0
        return capsys.readouterr().out

    usd = Prices.read(DEFAULT).price["kms.key"].usd
    assert ["shop", "key", f"{2 * usd:.2f}"] in rows(printed(new))
    assert ["shop", "a month", f"{usd:.2f}", f"{2 * usd:.2f}", f"+{usd:.2f}"] in rows(printed(old, new))
    assert json.loads(printed(new, "--json"))["usd"]["shop"]["month"] == 2 * usd
