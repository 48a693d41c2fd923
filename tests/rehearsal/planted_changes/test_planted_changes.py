"""Changes that fail on AWS, found with the resource, the message and a way out; and harmless ones."""

from pathlib import Path

import harmless
import pytest
import refused_by_services
import whole_deployments
from assemblies import Assembly
from planted_apps import PREFIX, App, Planted

from assembly.errors import SlipwayError
from rehearsal.cloudformation.declared import Declared
from rehearsal.cloudformation.operations import deploy, destroy
from rehearsal.cloudformation.outcome import Deployment
from rehearsal.cloudformation.refusals import Refusals
from rehearsal.cloudformation.refusals.quotas import Quotas
from rehearsal.cloudformation.state import State

CHANGES = (*whole_deployments.CHANGES, *refused_by_services.CHANGES)
QUOTAS = Quotas.read()


@pytest.fixture(scope="session")
def declared_dev(dev: Assembly) -> Declared:
    return Declared.read(dev.folder)


@pytest.fixture(scope="session")
def deployed_dev(declared_dev: Declared) -> State:
    empty = State.empty(declared_dev.account, declared_dev.region)
    found = deploy(empty, declared_dev, checks=[Refusals(QUOTAS)])
    assert found.failure is None
    return found.state


def rehearse(planted: Planted, declared: Declared, deployed: State) -> Deployment:
    quotas = planted.own_quotas(QUOTAS)
    state = State.empty(declared.account, declared.region) if planted.over == "empty" else deployed
    if planted.setup is not None:
        app = App(declared)
        planted.setup(app)
        state = deploy(state, app.declared()).state
    state = planted.state(state)
    if planted.destroys:
        return destroy(state, [PREFIX + planted.stack], declared=declared)
    app = App(declared)
    planted.change(app)
    return deploy(state, app.declared(), checks=[Refusals(quotas)])


@pytest.mark.parametrize("planted", CHANGES, ids=lambda one: one.name)
def test_what_fails_on_aws_is_found_with_its_resource_and_a_way_out(
    planted: Planted, declared_dev: Declared, deployed_dev: State
) -> None:
    found = rehearse(planted, declared_dev, deployed_dev).failure

    assert found is not None
    assert (found.stack.removeprefix(PREFIX), found.path) == (planted.stack, planted.path)
    assert found.kind == planted.kind
    assert planted.message in found.message
    assert any(planted.way in one for one in found.ways_out)
    assert found.source.startswith("https://")


def test_there_are_enough_of_them_and_each_has_a_source() -> None:
    names = {one.name for one in CHANGES}

    assert len(CHANGES) == len(names) >= 60
    assert all(one.source.startswith("https://") for one in CHANGES)


@pytest.mark.parametrize("name", harmless.CHANGES)
def test_what_aws_deploys_is_not_refused(name: str, declared_dev: Declared, deployed_dev: State) -> None:
    app = App(declared_dev)
    harmless.CHANGES[name](app)

    assert deploy(deployed_dev, app.declared(), checks=[Refusals(QUOTAS)]).failure is None


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_our_own_stacks_are_not_refused_in_an_empty_account(
    environment: str, request: pytest.FixtureRequest
) -> None:
    assembly: Assembly = request.getfixturevalue(environment)
    declared = Declared.read(assembly.folder)

    found = deploy(State.empty(declared.account, declared.region), declared, checks=[Refusals(QUOTAS)])

    assert found.failure is None


def test_a_teams_quotas_replace_ours_and_a_misspelt_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "quotas.toml"
    path.write_text('lambda_concurrency = 10\n[endpoint_instances]\n"ml.m5.large" = 2\n')

    found = Quotas.read(path)

    assert (found.numbers["lambda_concurrency"], found.numbers["lambda_unreserved"]) == (10, 100)
    assert found.endpoint_instances == {"ml.m5.large": 2}
    path.write_text("lambda = 10\n")
    with pytest.raises(SlipwayError, match="got lambda"):
        Quotas.read(path)
    path.write_text('lambda_concurrency = "many"\n')
    with pytest.raises(SlipwayError, match="expected a number for lambda_concurrency, got 'many'"):
        Quotas.read(path)
