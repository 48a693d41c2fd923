"""`models`, `release`, `runs` and `experiments` after trainings, as processes of their own."""

import json
import re
from pathlib import Path

import pytest
from assembly_files import write_versions
from pipelines import double, fit, gate, model, register, write_pipeline
from runner import SLIPWAY, Runner


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """A folder in which two trainings have registered two versions."""
    folder = tmp_path_factory.mktemp("shop")
    write_pipeline(folder / "cdk.out", double(), fit(), model("Fit"), gate(register("Fit")))
    write_versions(folder)
    (folder / "one.csv").write_text("1,2\n")
    (folder / "two.csv").write_text("1,2\n3,4\n")
    runner = Runner(folder)
    for data in ("one.csv", "two.csv"):
        code, out, err = runner.run("train", "shop", "--data", data)
        assert code == 0, err
    assert f"registered slipway-dev-shop/2; see: {SLIPWAY} models shop" in out
    return runner


def table(output: str) -> list[dict[str, str]]:
    header, *rows = (line.split("\t") for line in output.splitlines())
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_versions_are_listed_approved_and_released(shop: Runner) -> None:
    code, out, err = shop.run("models", "shop")
    assert (code, err) == (0, "")
    rows = [(row["version"], row["status"], row["rows"]) for row in table(out)]
    assert rows == [("1", "PendingManualApproval", "2"), ("2", "PendingManualApproval", "4")]

    code, _, err = shop.run("release", "shop", "2")
    assert code == 1
    assert f"approve it with: {SLIPWAY} models shop approve 2" in err
    assert not (shop.folder / "releases").exists()

    assert shop.run("models", "shop", "approve", "2")[1] == "slipway-dev-shop version 2 is Approved\n"
    assert shop.run("models", "shop", "reject", "1")[1] == "slipway-dev-shop version 1 is Rejected\n"
    code, out, _ = shop.run("release", "shop", "2")
    assert code == 0
    expected = ["wrote releases/shop.json", "version: none -> 2", "rows: none -> 4"]
    assert out.splitlines() == [*expected, "fit: image, digest, environment changed"]
    release = json.loads((shop.folder / "releases" / "shop.json").read_text())
    (container,) = release["containers"]
    assert (shop.folder / container["model_data_url"]).is_file()
    assert shop.run("release", "shop", "2")[1].splitlines() == ["wrote releases/shop.json", "fit: unchanged"]


def test_executions_are_compared_with_metrics_and_packages(shop: Runner) -> None:
    code, out, err = shop.run("runs", "shop")
    assert (code, err) == (0, "")
    rows = table(out)
    assert [(row["status"], row["rows"], row["package"]) for row in rows] == [
        ("succeeded", "2", "1"),
        ("succeeded", "4", "2"),
    ]
    assert all(re.fullmatch("[0-9a-f]{12}", row["execution"]) for row in rows)
    assert len({row["archives"] for row in rows}) == 2


def test_the_jobs_of_a_training_are_listed_and_charted(shop: Runner) -> None:
    code, out, err = shop.run("experiments", "shop", "--column", "behavior", "--sort", "seconds")
    page = shop.folder / "build/reports/shop-experiments.html"
    assert (code, err) == (0, f"{page.relative_to(shop.folder)}\n")
    rows = table(out)
    assert {row["component"]: row["behavior"] for row in rows} == {"Double": "", "Fit": "remember"}
    seconds = [float(row["seconds"]) for row in rows]
    assert seconds == sorted(seconds, reverse=True)
    assert "pipelines-" not in out
    assert page.read_text().startswith("<!doctype html>")

    of_both = json.loads(shop.run("experiments", "shop", "--last", "2", "--json")[1])
    executions = [
        json.loads(path.read_text())["id"] for path in shop.folder.glob("build/runs/*/execution.json")
    ]
    assert {one["Parents"][0].rpartition("/")[2] for one in of_both} == set(executions)
    of_one = json.loads(shop.run("experiments", "shop", "--execution", executions[0], "--json")[1])
    assert [one for one in of_both if one in of_one] == of_one


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["experiments", "shop", "--sort", "hat"], 2, "no column hat; there are: component, step, status"),
        (["experiments", "shop", "--column", "hat"], 2, "no column hat; there are: component, step, status"),
        (["experiments", "shop", "--execution", "hat"], 2, "no training of shop is called hat; there are: "),
        (["experiments", "hat"], 2, "no training pipeline called hat; there are: shop (slipway-dev-shop"),
        (["models", "hat"], 2, "no model package group called hat; there are: shop (slipway-dev-shop)"),
        (["models", "shop", "approve"], 2, "approve needs a VERSION; list them with: "),
        (["models", "shop", "approve", "9"], 2, "slipway-dev-shop has no version 9; it has 1, 2"),
        (["runs", "hat"], 2, "no training pipeline called hat; there are: shop (slipway-dev-shop"),
        (["runs", "hat", "--command", "evaluate"], 2, "no training pipeline called hat; there are: shop"),
        (["runs", "hat", "--command", "transform"], 2, "no batch pipeline called hat; "),
        (["release", "shop", "9"], 2, "has no version 9"),
    ],
)
def test_what_is_not_there_is_refused(shop: Runner, arguments: list[str], code: int, message: str) -> None:
    found, out, err = shop.run(*arguments)
    assert (found, out) == (code, "")
    assert message in err


def test_without_an_execution_there_are_no_components_as_json(tmp_path: Path) -> None:
    write_pipeline(tmp_path / "cdk.out", double(), fit())
    code, out, err = Runner(tmp_path).run("experiments", "shop", "--json")
    assert (code, out) == (0, "[]\n")
    assert err.startswith("there is no execution yet; ")


@pytest.mark.parametrize("command", ["runs", "experiments"])
def test_without_an_execution_it_says_how_to_start_one(tmp_path: Path, command: str) -> None:
    write_pipeline(tmp_path / "cdk.out", double(), fit())
    assert Runner(tmp_path).run(command, "shop") == (
        0,
        f"there is no execution yet; start one with: {SLIPWAY} train shop\n",
        "",
    )
