"""Stacks come and go in one deployment each: the foundation exports what they import, whoever is there."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from assemblies import Assembly
from aws_cdk import App

from rehearsal.cloudformation.declared import Declared
from rehearsal.cloudformation.operations import deploy
from rehearsal.cloudformation.state import State
from stacks.platform.foundation import Foundation
from stacks.settings import Settings


@pytest.fixture
def declared(each: Assembly) -> Declared:
    """All stacks of an environment, as if each were ready to be deployed."""
    found = Declared.read(each.folder)
    return replace(found, stacks={name: replace(one, errors=()) for name, one in found.stacks.items()})


@pytest.fixture
def without_others(
    each: Assembly, declared: Declared, context: Mapping[str, Any], tmp_path: Path
) -> Declared:
    """The foundation of the same environment, where nothing else is declared."""
    name = f"slipway-{each.env}-foundation"
    app = App(analytics_reporting=False, context=dict(context), outdir=str(tmp_path))
    settings = Settings.from_mapping({**context, "env": each.env})
    Foundation(app, name, settings=settings, **settings.stack_options)
    template = app.synth().get_stack_by_name(name).template
    return replace(declared, stacks={name: replace(declared.stacks[name], template=template)})


def test_the_foundation_is_deployed_over_stacks_that_the_app_has_no_more(
    declared: Declared, without_others: Declared
) -> None:
    everything = deploy(State.empty(declared.account, declared.region), declared)
    assert everything.failure is None

    assert deploy(everything.state, without_others).failure is None


def test_what_is_imported_is_exported_without_those_who_import_it(
    each: Assembly, declared: Declared, without_others: Declared
) -> None:
    everything = deploy(State.empty(declared.account, declared.region), declared).state
    alone = deploy(State.empty(declared.account, declared.region), without_others).state
    [foundation] = alone.stacks.values()
    imported = {one for stack in everything.stacks.values() for one in stack.imports}
    assert imported
    assert imported <= foundation.exports.keys()
