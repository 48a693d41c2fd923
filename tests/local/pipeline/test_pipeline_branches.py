"""Conditions, what they guard, and the registry behind them."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from executions import execution, records, run
from pipelines import double, fail, fit, gate, get, model, register

from local.errors import JobError, PipelineError

GUARDED = gate(register("Fit", "Again"), otherwise=(fail(),))
STEPS = (double(), fit(), fit("Again"), model("Fit", "Again"), GUARDED)


def states() -> dict[str, str]:
    return {record.name: record.status for record in records}


def test_above_the_gate_one_package_is_registered_with_the_containers_in_order(tmp_path: Path) -> None:
    one = execution(tmp_path, *STEPS)
    run(one)
    (package,) = one.services.registry.versions("slipway-dev-shop")
    assert (package.version, package.status, package.metrics) == (1, "PendingManualApproval", {"rows": 2})
    assert [container.hostname for container in package.containers] == ["fit", "again"]
    for container in package.containers:
        assert container.model_data_url is not None
        archive = Path(container.model_data_url).read_bytes()
        assert hashlib.sha256(archive).hexdigest() == container.digest
    assert one.packages == [package.arn]
    assert states()["TooFew"] == "not taken"


def test_below_the_gate_nothing_is_registered_and_it_says_by_how_much(tmp_path: Path) -> None:
    one = execution(tmp_path, *STEPS, MinimumRows="5")
    message = r"step TooFew failed: too few rows \(Enough: 2 is not >= 5, missed by 3\)"
    with pytest.raises(JobError, match=message):
        run(one)
    assert one.services.registry.versions("slipway-dev-shop") == []


def test_registering_equal_containers_again_finds_the_version_that_is_there(tmp_path: Path) -> None:
    for id in ("first", "second"):
        one = execution(tmp_path, *STEPS, id=id)
        run(one)
        assert one.packages == ["arn:aws:sagemaker:eu-west-1:000000000000:model-package/slipway-dev-shop/1"]


def test_what_waits_for_a_step_that_is_not_taken_is_not_taken(tmp_path: Path) -> None:
    late = fit("Late", package=get("Steps.Register.ModelPackageArn"))
    run(execution(tmp_path, double(), fit(), gate(otherwise=(register("Fit"),)), late))
    assert (states()["Register"], states()["Late"]) == ("not taken", "not taken")


def test_what_an_execution_is_for_are_the_models_that_it_registers(tmp_path: Path) -> None:
    helper = {**model("Again"), "Name": "Helper"}
    one = execution(tmp_path, double(), fit(), fit("Again"), helper, model("Fit"), gate(register("Fit")))
    run(one)
    [registered] = one.services.results
    assert [container.hostname for container in registered.containers] == ["fit"]


def test_without_a_registration_an_execution_is_for_all_of_its_models(tmp_path: Path) -> None:
    helper = {**model("Again"), "Name": "Helper"}
    one = execution(tmp_path, double(), fit(), fit("Again"), helper, model("Fit"))
    run(one)
    assert {model.containers[0].hostname for model in one.services.results} == {"again", "fit"}


def test_steps_of_a_type_that_is_left_out_are_not_taken_nor_are_those_behind_them(tmp_path: Path) -> None:
    run(execution(tmp_path, *STEPS, leaving_out={"Condition"}))
    not_taken = {name for name, status in states().items() if status == "not taken"}
    assert not_taken == {"Enough", "Register", "TooFew"}


def changed(step: dict[str, Any], **arguments: Any) -> dict[str, Any]:
    return {**step, "Arguments": {**step["Arguments"], **arguments}}


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (
            changed(register("Fit"), ModelPackageGroupName="hats"),
            "step Register: the assembly declares no model package group hats",
        ),
        (changed(register("Fit"), ModelApprovalStatus="Fine"), "'Fine' is not one of PendingManualApproval"),
        (changed(register("Fit"), InferenceSpecification={}), "step Register: the model has no containers"),
        (changed(gate(), Conditions=[{"Type": "Matches"}]), "step Enough: .*conditions of type Matches"),
        (
            gate(fit("Odd", rows={"Std:JsonGet": {"PropertyFile": get("Steps.Double.Rows"), "Path": "a"}})),
            "step Odd: Steps.Double.Rows: there is no .Rows",
        ),
    ],
)
def test_a_guarded_step_that_cannot_run_here_is_refused_before_any_step_runs(
    tmp_path: Path, step: dict[str, Any], message: str
) -> None:
    with pytest.raises(PipelineError, match=message):
        execution(tmp_path, double(), fit(), step).rehearse()
