"""`slipway kubeflow`, and the KFP pipeline as it is committed; tests/heavy runs it with KFP."""

import ast
from typing import Any

import pytest
import yaml
from assemblies import MODELS, ROOT, Assembly
from pipelines import definition as small_definition
from pipelines import double
from runner import Runner

import assembly
from assembly.errors import UsageError
from local.commands.kubeflow import evaluation
from local.pipeline.definition import Definition
from local.pipeline.steps import STEP_TYPES
from stacks.workloads.shared.evaluation import PLACE, outputs

FOLDER = ROOT / "kubeflow"


@pytest.fixture(scope="module")
def compiled() -> Any:
    return yaml.safe_load((FOLDER / "training_pipeline.yaml").read_text())


def test_the_committed_pipeline_holds_the_functions_as_they_are(compiled: Any) -> None:
    source = (FOLDER / "components.py").read_text()
    functions = {
        node.name: ast.get_source_segment(source, node)
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef)
    }
    executors = compiled["deploymentSpec"]["executors"]
    assert {f"exec-{name}" for name in functions} == set(executors) != set()
    for name, function in functions.items():
        text = executors[f"exec-{name}"]["container"]["command"][-1]
        assert function in text, f"{name}: run kubeflow/compile.py in the environment kubeflow"


def test_no_step_is_reused_and_what_is_asked_again_does_no_harm(compiled: Any) -> None:
    steps = compiled["root"]["dag"]["tasks"]
    assert all(not one["cachingOptions"].get("enableCache") for one in steps.values())
    assert {name for name, one in steps.items() if "retryPolicy" in one} == {"start", "wait"}
    job = steps["start"]["inputs"]["parameters"]["job_id"]["runtimeValue"]["constant"]
    assert job == "{{$.pipeline_job_uuid}}"


def test_nothing_is_installed_while_a_step_runs(compiled: Any) -> None:
    for one in compiled["deploymentSpec"]["executors"].values():
        assert "pip" not in "".join(one["container"]["command"][:-1])


@pytest.mark.parametrize("workload", MODELS)
def test_the_evaluation_of_each_workload_is_where_the_role_may_read(dev: Assembly, workload: str) -> None:
    pipeline = assembly.load(dev.folder).training_pipeline(workload)
    found = evaluation(Definition.parse(pipeline.definition, STEP_TYPES))
    assert found.startswith("s3://")
    assert found.partition("//")[2].partition("/")[2] == f"{outputs(workload)}/{PLACE}"


def test_a_pipeline_that_registers_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="expected one place of the evaluation, got none"):
        evaluation(Definition.parse(small_definition(double()), STEP_TYPES))


def test_without_a_running_serve_it_says_how_to_start_one(tmp_path: Any) -> None:
    code, _, err = Runner(tmp_path).run("kubeflow", "churn")
    assert code == 1
    assert "serve" in err
