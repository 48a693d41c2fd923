"""Every command that README and docs print is run in its smallest form: by a test or by .ci/run."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from assemblies import ROOT

from local.__main__ import COMMANDS

CI = ".ci/run"
WORKFLOW = ".github/workflows/check.yml"
# What runs a command: a test as `file::name` below tests/, or a line of what CI runs as `file: line`.
RUN_BY: Mapping[str, str] = {
    "make help": "commands/test_make_targets.py::test_help_names_every_target",
    "make demo": "commands/test_demo.py::test_it_is_short",
    "make test": f"{CI}: make test",
    "make test-fast": "commands/test_make_targets.py::test_a_change_is_tested_by_its_folders_tests",
    "make test-heavy": f"{CI}: make test-heavy",
    "make serve": "commands/test_demo.py::test_everything_is_served_until_it_is_told_to_stop",
    "make export-experiments": "heavy/test_experiments_export.py::"
    "test_the_components_of_a_training_are_runs_of_mlflow_once",
    "make notebook": "commands/test_notebook.py::test_jupyterlab_starts",
    "make workshop": "heavy/test_workshops_sdk_v2.py::test_make_opens_a_workshop_beside_serve",
    "make workload": "commands/test_scaffold.py::"
    "test_a_new_workload_trains_serves_and_answers_through_its_api",
    "make train": "commands/test_make_targets.py::test_train_publishes_a_model_and_functions_are_packaged",
    "make synth": "commands/test_make_targets.py::test_synth_says_in_words_what_is_not_ready",
    "make pretrained": "commands/test_make_targets.py::"
    "test_weights_that_a_training_begins_with_are_fetched_once",
    "make functions": "commands/test_make_targets.py::"
    "test_train_publishes_a_model_and_functions_are_packaged",
    "make forecast-plot": "heavy/test_forecast_commands.py::test_a_forecast_is_drawn",
    "make check": f"{WORKFLOW}: target: [test, check]",
    "make documents": f"{CI}: make documents",
    "make images": f"{CI}: make images",
    "make test-images": f"{CI}: make test-images",
    "make bench": "commands/test_measurements.py::test_the_containers_are_measured_beside_the_usual_way",
    "make bench-synth": "commands/test_measurements.py::test_a_synth_is_measured",
    "make bench-loop": "commands/test_measurements.py::test_the_loop_is_measured_beside_one_bucket",
    "make cost": "commands/test_snapshots_command.py::test_what_an_environment_costs_is_printed",
    "make deploy-policy": "commands/test_snapshots_command.py::"
    "test_the_committed_policies_of_the_deploying_role_are_what_it_writes",
    "make destroy-check": "commands/test_snapshots_command.py::test_destroying_dev_leaves_what_is_expected",
    "make rehearse": "commands/test_snapshots_command.py::test_a_first_deployment_is_rehearsed",
    "make diff": "commands/test_make_targets.py::test_a_diff_with_the_same_tree_is_safe",
    "make release": "commands/test_make_targets.py::test_a_version_that_is_approved_is_released",
    "make weights": "commands/test_make_targets.py::test_weights_are_packed",
    "make snapshots": "commands/test_snapshots_command.py::test_the_committed_snapshots_are_what_it_writes",
    "make resilience": "commands/test_measurements.py::test_every_promise_is_measured",
    "make fuzz": "commands/test_fuzzing.py::test_every_parser_is_fuzzed",
    "make lock": "commands/test_make_targets.py::test_one_lock_is_compiled_and_stays_as_it_is",
    "python -m rehearsal": "rehearsal/iam/test_iam_command.py::"
    "test_a_question_is_answered_with_the_statement",
    "make clean": "commands/test_make_targets.py::test_clean_removes_what_was_built_and_nothing_else",
    "slipway demo": "commands/test_demo.py::test_it_is_short",
    "slipway train": "local/commands/test_train_command.py::"
    "test_a_training_publishes_archives_and_reports_and_says_what_it_did",
    "slipway evaluate": "local/commands/test_evaluate_command.py::"
    "test_the_last_line_says_mean_and_spread_over_the_splits",
    "slipway transform": "local/commands/test_transform_command.py::"
    "test_a_file_goes_through_the_deployed_model_in_order",
    "slipway runs": "local/commands/test_registry_commands.py::"
    "test_executions_are_compared_with_metrics_and_packages",
    "slipway experiments": "local/commands/test_registry_commands.py::"
    "test_the_jobs_of_a_training_are_listed_and_charted",
    "slipway models": "local/commands/test_registry_commands.py::"
    "test_versions_are_listed_approved_and_released",
    "slipway release": "local/commands/test_registry_commands.py::"
    "test_versions_are_listed_approved_and_released",
    "slipway serve": "local/serve/test_serve.py::test_it_says_where_it_answers_and_what_has_no_local_effect",
    "slipway env": "local/sagemaker_api/test_env_command.py::test_the_variables_lead_boto3_to_what_is_served",
    "slipway kubeflow": "heavy/test_kubeflow_pipeline.py::"
    "test_the_command_runs_it_for_a_workload_of_the_template",
    "slipway deploy": "local/commands/test_deploy.py::test_a_new_version_takes_over_without_a_failed_request",
    "slipway monitor": "local/commands/test_monitor_command.py::"
    "test_what_came_since_the_last_time_is_compared_and_the_report_published",
    "slipway chaos": "local/chaos/test_chaos.py::test_whatever_happens_to_a_container_no_answer_is_wrong",
    "slipway invoke": "local/serve/test_serve.py::test_the_command_that_is_printed_works_as_it_stands",
    "slipway image": "local/commands/test_image_command.py::test_any_script_is_served_from_any_folder",
    "slipway environments": "local/commands/test_environments_command.py::"
    "test_an_environment_is_built_when_it_is_asked_for",
    "slipway build-images": f"{CI}: make images",
    "python -m quality.bench": "commands/test_measurements.py::"
    "test_the_containers_are_measured_beside_the_usual_way",
    "python -m quality.bench.batch": "commands/test_measurements.py::"
    "test_a_file_goes_through_batch_and_is_counted",
    "python -m quality.bench.forecast": "heavy/test_forecast_commands.py::test_forecasts_are_measured",
    "python -m quality.bench.iam": "quality/bench/test_iam_overhead.py::"
    "test_a_request_is_asked_for_and_timed",
    "python -m quality.checks": "Makefile: python -m quality.checks build/check",
    "python -m quality.checks.words": "quality/checks/test_words.py::test_this_tree_is_clean",
    "python -m quality.fuzz": "commands/test_fuzzing.py::test_one_parser_is_fuzzed_alone",
    "python -m quality.fuzz.keep": "commands/test_fuzzing.py::"
    "test_the_shortest_input_that_reaches_something_new_is_kept",
    "python -m pytest": f"{CI}: make test",
    "python -m quality.resilience": "commands/test_measurements.py::test_one_promise_is_measured_alone",
    "python -m rehearsal.iam.changes": "review/test_diff_script.py::"
    "test_uncommitted_work_is_compared_with_the_commit",
    "python -m review": "commands/test_snapshots_command.py::test_the_committed_snapshots_are_what_it_writes",
    "python -m stacks.policies": "commands/test_make_targets.py::test_our_policies_read_an_assembly",
    "python -m stacks.workloads": "stacks/workloads/shared/test_record.py::"
    "test_make_is_told_which_workloads_there_are",
    "python -m toolkit": "local/commands/test_image_command.py::test_any_script_is_served_from_any_folder",
    "scripts/engine_base": f"{CI}: scripts/engine_base",
    "scripts/fetch_weights.py": "scripts/test_fetch_weights.py::test_the_command_ends_with_0_or_the_reason",
    "scripts/measure_lambda.py": "commands/test_measurements.py::"
    "test_the_containers_are_measured_beside_the_usual_way",
    "scripts/model_code.py": "commands/test_demo.py::test_it_is_short",
    "scripts/package_lambda.py": "commands/test_make_targets.py::"
    "test_train_publishes_a_model_and_functions_are_packaged",
    "scripts/training_folder.py": "scripts/test_training_folder.py::test_a_script_trains_alone_in_its_image",
    "scripts/vendor_web.py": "scripts/test_vendor_web.py::test_the_command_finds_nothing_that_differs",
    "scripts/write_automl_table.py": "scripts/test_write_automl_table.py::"
    "test_the_schema_and_a_row_are_those_of_the_last_training",
    "scripts/write_openapi.py": "lambda/test_openapi.py::test_the_committed_document_is_what_the_models_give",
}

# What the toolkit starts of a training job's own package.
NOT_OURS = {
    "python -m churn.fit",
    *(f"python -m {name}" for name in ("bench", "fuzz", "resilience", "checks")),  # CHANGELOG.md: have moved
}

# Too slow in its smallest form, which runs a folder's tests unchanged, then once for each fault: its parts
# have tests in tests/mutants.
NOT_RUN = {"make mutants"}

_BARE_PYTHON = re.compile(r"^[^#]*?(?<![\w./-])python ")
_CODE = re.compile(r"^```[^\n]*\n(.*?)^```|^(?: {4}|\t)(.*?)$|`([^`]+)`", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(
    r"(?<![\w./-])(?P<make>make (?:[A-Z_]+=\S* )*(?P<target>[a-z][a-z-]*))"
    r"|slipway (?P<verb>[a-z][a-z-]*)(?![\w/])"
    r"|python -m (?P<module>[a-z_]+(?:\.[a-z_]+)*)(?![\w/])"
    r"|(?P<script>scripts/[a-z_]+(?:\.py)?)(?![\w/])"
)


def commands(text: str) -> Iterator[str]:
    """The commands in a page's blocks of code and between its backticks, without their arguments."""
    for code in _CODE.finditer(text):
        for one in _COMMAND.finditer(next(filter(None, code.groups()), "")):
            if one["target"]:
                yield f"make {one['target']}"
            elif one["verb"]:
                yield f"slipway {one['verb']}"
            elif one["module"]:
                yield f"python -m {one['module']}"
            else:
                yield one["script"]


def pages() -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in names.splitlines()]


def printed() -> set[str]:
    found = {one for page in pages() for one in commands(page.read_text(encoding="utf-8"))}
    folders = {f"scripts/{path.name}" for path in (ROOT / "scripts").iterdir() if path.is_dir()}
    return found - folders - NOT_OURS


def offered() -> set[str]:
    """What `make help` and `slipway --help` list."""
    targets = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    return {*(f"make {one}" for one in targets), *(f"slipway {one}" for one in COMMANDS)}


def test_each_command_that_is_printed_is_run_somewhere() -> None:
    assert printed() | offered() == set(RUN_BY) | NOT_RUN


@pytest.mark.parametrize("command", RUN_BY)
def test_what_runs_a_command_is_there(command: str) -> None:
    place, _, what = RUN_BY[command].partition("::")
    if what:
        text = (ROOT / "tests" / place).read_text(encoding="utf-8")
        assert f"def {what}(" in text
        return
    place, _, line = place.partition(": ")
    assert line in (ROOT / place).read_text(encoding="utf-8")


def test_the_command_line_is_called_by_its_name_wherever_somebody_reads() -> None:
    tracked = ["git", "grep", "-l", "python -m local", "--", ".", ":!tests"]
    found = subprocess.run(tracked, cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    assert found == []


def bare_pythons(text: str) -> list[str]:
    """The lines of a page's shell blocks, and the scripts in its sentences, that need .venv on the PATH."""
    blocks = re.findall(r"^```(?:sh|bash|console)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [one for one in (*lines, *re.findall(r"`python scripts/[^`]*`", text)) if _BARE_PYTHON.search(one)]


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_what_is_printed_runs_in_a_shell_without_the_environment(page: Path) -> None:
    assert bare_pythons(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("```sh\npython scripts/x.py A\n```", ["python scripts/x.py A"]),
        ("```sh\nX=1 python -m stacks\nY=$(python -c 1)\n```", ["X=1 python -m stacks", "Y=$(python -c 1)"]),
        ("Call `python scripts/x.py`.", ["`python scripts/x.py`"]),
        ("```sh\n.venv/bin/python scripts/x.py   # not python alone\n```", []),
        ("```python\npython = 1\n``` and `python -m quality.fuzz`", []),
    ],
)
def test_a_python_that_is_not_the_environments_is_found(text: str, found: list[str]) -> None:
    assert bare_pythons(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Run `make demo DATA=x` now.", ["make demo"]),
        ("`make WORKLOAD=bank ENV=prod synth`", ["make synth"]),
        ("`python -m churn/fit` and `python -m churn.fit`", ["python -m churn.fit"]),
        ("```sh\nmake train && make synth   # both\n```", ["make train", "make synth"]),
        ("    .venv/bin/slipway serve --engine podman", ["slipway serve"]),
        ("`/home/me/.venv/bin/slipway build-images`", ["slipway build-images"]),
        ("`python -m quality.bench.batch --rows 1`", ["python -m quality.bench.batch"]),
        ("`python scripts/write_openapi.py predict_x`", ["scripts/write_openapi.py"]),
        ("`.venv/bin/python scripts/write_openapi.py`", ["scripts/write_openapi.py"]),
        ("make it so, and `slipway-dev-churn` stays", []),
        ("the `remake demo` and `cmake x`", []),
    ],
)
def test_commands_are_found_in_code_and_nowhere_else(text: str, found: list[str]) -> None:
    assert list(commands(text)) == found
